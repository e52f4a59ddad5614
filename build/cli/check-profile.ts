import { checkKernel } from "../base/debian/check-kernel.ts";
import { readBoard, readShapeOfBoard, type Board } from "../config/board.ts";
import { InputError, ToolError, type Fault } from "../core/faults.ts";
import { step } from "../core/progress.ts";
import { fetchPackages, type Package, type PackageCache } from "../debian/packages.ts";
import { checkLoader } from "../loader/check-loader.ts";
import { suite } from "../debian/suite.ts";
import { openTools } from "../debian/tools.ts";

export interface CheckedProfile {
  /** Every fault, of the profile and of what its kernel lacks for it. */
  readonly faults: readonly Fault[];
  /** The board, if its profile says all that a profile has to. */
  readonly board: Board | undefined;
}

/** Checks a board profile as `readBoard` does, then holds it against the packages that it names: its boot loader's, its kernel's. */
export async function checkProfile(file: string, cache: PackageCache): Promise<CheckedProfile> {
  const faults = await faultsOf(() => readBoard(file));
  const shaped = await readShapeOfBoard(file).catch(ignoreFaults);
  if (shaped === undefined) return { faults, board: undefined };
  const { board, fileOf } = shaped;
  const tools = await step("Fetch the tools", () => openTools(suite, cache));
  const loaderFaults = await step("Look for its boot loader", () =>
    checkLoader(board, fileOf, { suite, cache }),
  );
  const packages = await step(`Fetch ${board.kernel.package}`, () => fetchKernel(board, cache));
  if (packages === undefined) {
    const fact = `is ${board.kernel.package}, which Debian's ${suite} lacks for ${board.arch}`;
    const fault = { file: fileOf("/kernel/package"), path: "/kernel/package", fact };
    return { faults: [...faults, ...loaderFaults, fault], board };
  }
  const kernelFaults = await step("Hold it against the kernel", () =>
    checkKernel(board, fileOf, packages, tools),
  );
  return { faults: [...faults, ...loaderFaults, ...kernelFaults], board };
}

async function faultsOf(read: () => Promise<unknown>): Promise<readonly Fault[]> {
  try {
    await read();
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.faults;
    throw error;
  }
}

function ignoreFaults(error: unknown): undefined {
  if (!(error instanceof InputError)) throw error;
}

/** Undefined when the archive has no such package. */
async function fetchKernel(
  { arch, kernel }: Board,
  cache: PackageCache,
): Promise<readonly Package[] | undefined> {
  try {
    return await fetchPackages({ suite, architecture: arch, names: [kernel.package] }, cache);
  } catch (error) {
    if (error instanceof ToolError && error.message.includes("Unable to locate package")) return undefined;
    throw error;
  }
}
