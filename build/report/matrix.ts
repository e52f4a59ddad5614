import { groupClaims, type ClaimGroup } from "./groups.ts";
import type { Claim, Setup } from "./report.ts";

/** Every claim against every set-up that it was tried in. */
export interface Matrix {
  /** The columns' heads: each mode with its dialects, of which none is empty. */
  readonly modes: readonly { readonly mode: string; readonly dialects: readonly string[] }[];
  /** The columns, mode by mode. */
  readonly setups: readonly Setup[];
  readonly rows: readonly MatrixRow[];
}

export interface MatrixRow extends ClaimGroup {
  /** One a column; null where the claim does not apply to the set-up. */
  readonly cells: readonly (MatrixClaim | null)[];
}

export interface MatrixClaim extends Claim {
  readonly setup: Setup;
}

/** The dialect of a claim about a mode in both of them. */
export const bothDialects = "both";

/** The claims about the site's own set-up. */
export function siteClaims(claims: readonly Claim[]): readonly Claim[] {
  return claims.filter(({ setup }) => setup === undefined);
}

/** The claims about all other set-ups. */
export function matrixClaims(claims: readonly Claim[]): readonly MatrixClaim[] {
  return claims.filter((claim): claim is MatrixClaim => claim.setup !== undefined);
}

/** Modes, dialects and claims stay in the order in which they first appear; what spans both dialects is last. */
export function arrangeMatrix(claims: readonly Claim[]): Matrix {
  const tried = matrixClaims(claims);
  const dialects = [...new Set(tried.map(({ setup }) => setup.dialect))].sort(
    (a, b) => Number(a === bothDialects) - Number(b === bothDialects),
  );
  const modes = [...Map.groupBy(tried, ({ setup }) => setup.mode)].map(([mode, inMode]) => ({
    mode,
    dialects: dialects.filter((dialect) => inMode.some(({ setup }) => setup.dialect === dialect)),
  }));
  const setups = modes.flatMap(({ mode, dialects: ofMode }) => ofMode.map((dialect) => ({ mode, dialect })));
  const byName = groupClaims(tried);
  const rows = byName.map((group) => ({ ...group, cells: setups.map((setup) => findRun(group, setup)) }));
  return { modes, setups, rows };
}

/** How many set-ups something was tried in, the site's own among them. */
export function countSetups(own: Setup, claims: readonly Claim[]): number {
  const setups = claims.flatMap(({ setup = own, status }) => (status === "skipped" ? [] : [setup]));
  const whole = setups.filter(({ dialect }) => dialect !== bothDialects);
  return new Set(whole.map(({ mode, dialect }) => JSON.stringify([mode, dialect]))).size;
}

function findRun({ runs }: ClaimGroup, { mode, dialect }: Setup): MatrixClaim | null {
  const inSetup = matrixClaims(runs).find(({ setup }) => setup.mode === mode && setup.dialect === dialect);
  return inSetup ?? null;
}
