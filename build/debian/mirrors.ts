import { run } from "../core/run.ts";
import { ToolError } from "../core/faults.ts";

/** Where Debian's packages come from; no host is named in the project. */
export interface Mirrors {
  /** Base URI of the archive, e.g. ending in `/debian/`. */
  readonly archive: string;
  /** Base URI of the security archive, if the machine has one. */
  readonly security: string | undefined;
}

/**
 * Whether Debian's updates and security fixes are taken, too: HALFBRIDGE_DEBIAN_UPDATES=no is for a mirror that has
 * none for an architecture, or has them out of step with their signature.
 */
export function wantsUpdates(environment: NodeJS.ProcessEnv = process.env): boolean {
  const wanted = environment["HALFBRIDGE_DEBIAN_UPDATES"] ?? "yes";
  if (wanted !== "yes" && wanted !== "no")
    throw new ToolError(`HALFBRIDGE_DEBIAN_UPDATES=${wanted}: must be yes or no`);
  return wanted === "yes";
}

/**
 * Takes the mirrors from HALFBRIDGE_DEBIAN_MIRROR and HALFBRIDGE_DEBIAN_SECURITY_MIRROR, else from the
 * machine's own apt sources (deb822 or one-line: apt itself reads them; see apt-get(8), indextargets).
 */
export async function findMirrors(environment: NodeJS.ProcessEnv = process.env): Promise<Mirrors> {
  const archive = environment["HALFBRIDGE_DEBIAN_MIRROR"];
  const security = environment["HALFBRIDGE_DEBIAN_SECURITY_MIRROR"];
  if (archive !== undefined) return { archive, security };
  const { stdout } = await run([
    "apt-get",
    "indextargets",
    "--format",
    "$(REPO_URI) $(RELEASE) $(COMPONENT)",
    "Created-By: Packages",
  ]);
  return chooseMirrors(stdout.split("\n").filter((line) => line !== ""));
}

/** Picks Debian's own archives from lines of `URI RELEASE COMPONENT`. */
export function chooseMirrors(lines: readonly string[]): Mirrors {
  const targets = lines.map((line) => line.split(" ")).filter(([, , component]) => component === "main");
  const security = targets.find(([uri, release]) => isDebianRelease(release) && uri?.includes("security"));
  const archive = targets.find(([uri, release]) => isDebianRelease(release) && !uri?.includes("security"));
  if (archive?.[0] === undefined) {
    throw new ToolError(
      "no Debian archive in this machine's apt sources",
      "set HALFBRIDGE_DEBIAN_MIRROR to the base URI of a Debian mirror",
    );
  }
  return { archive: archive[0], security: security?.[0] };
}

const releases = ["bookworm", "trixie", "forky", "sid", "oldstable", "stable", "testing", "unstable"];

function isDebianRelease(release: string | undefined): boolean {
  return releases.some((name) => release === name || release?.startsWith(`${name}-`));
}
