import { copyFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ToolError } from "../core/faults.ts";
import { run } from "../core/run.ts";
import { copyOf, textFile, writeTree } from "../core/tree.ts";
import { loaderOf, type Architecture } from "../debian/architectures.ts";
import { requireFile, type PackageFile } from "../debian/files.ts";
import type { Package } from "../debian/packages.ts";
import { runtimeFolder } from "./runtime.ts";

/** The snapshot's name in the runtime's folder. `node --snapshot-blob FILE PROGRAM …` starts a program from it. */
export const startSnapshotName = "start.snapshot";

const emulators: Readonly<Record<Architecture, string>> = {
  amd64: "/usr/bin/qemu-x86_64",
  arm64: "/usr/bin/qemu-aarch64",
  armhf: "/usr/bin/qemu-arm",
};

/**
 * Writes Node's heap as it is before a program is loaded to `file`, for a runtime whose Node was built without a
 * snapshot of its own. The runtime makes it itself, emulated. The same runtime gives the same bytes, wherever and
 * by whomever it is made: seeds are given, and a start's own facts are left out.
 *
 * Its hash seed is one that everybody can know, but not in force: V8 hashes all that is in a snapshot anew, with a
 * random seed, whenever it is read (`--rehash-snapshot`), and Node writes none that can't be (`CreateSnapshot` in
 * src/node_snapshotable.cc). Nor is compiled code in it, so that it suits every CPU.
 */
export async function makeStartSnapshot(
  architecture: Architecture,
  runtime: string,
  builtins: readonly PackageFile[],
  emulator: readonly Package[],
  file: string,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "halfbridge-snapshot-").padEnd(pathLength, "-"));
  try {
    const root = join(work, "root");
    const scripts = Object.entries(builder("/"));
    await writeTree(
      [
        ...builtins.map((builtin) => copyOf(builtin.path, builtin.file)),
        ...scripts.map(([path, text]) => textFile(path, text)),
      ],
      root,
    );
    await cp(runtime, join(root, runtimeFolder), { recursive: true });
    const libraries = `${runtimeFolder}/lib`;
    const emulate = [requireFile(emulators[architecture], emulator).file, "-L", root, "-cpu", "max"];
    const loader = join(root, libraries, basename(loaderOf(architecture)));
    const node = [
      ...[...emulate, loader, "--argv0", "node", "--library-path", libraries],
      `${runtimeFolder}/node.elf`,
    ];
    await takeSnapshot(node, "/", work);
    await requireStart(node, work);
    await copyFile(join(work, startSnapshotName), file);
  } finally {
    await rm(work, { recursive: true });
  }
}

/**
 * Of the path that Node is started by, which it keeps: a longer one moves what it allocates later, and some of those
 * addresses are in the snapshot.
 */
const pathLength = 200;

/** Has Node, a command that lies on nothing of this machine's, write a snapshot into `folder`. */
export async function takeSnapshot(node: readonly string[], scripts: string, folder: string): Promise<void> {
  const always = ["--no-warnings", "--hash-seed=1", "--random-seed=1", "--predictable"];
  const wanted = ["--snapshot-blob", startSnapshotName, "--build-snapshot-config", join(scripts, configFile)];
  await run(["env", "--ignore-environment", ...node, ...always, ...wanted], { cwd: folder });
}

const configFile = "start-snapshot.json";

/**
 * What Node makes a snapshot of, by path. Started from one, it leaves it to that to load the program that it is
 * given. The number of a process and where its Node lies are of one start: they would make others of the bytes.
 */
export const builder = (folder: string): Readonly<Record<string, string>> => ({
  [join(folder, configFile)]: JSON.stringify({
    builder: join(folder, "start-snapshot.cjs"),
    withoutCodeCache: true,
  }),
  [join(folder, "start-snapshot.cjs")]: `
Object.defineProperty(process, "pid", { value: 0 });
process.execPath = process.argv0 = process.argv[0] = "node";
require("node:v8").startupSnapshot.setDeserializeMainFunction(() => {
  const [, program] = process.argv;
  require("node:module").createRequire(program)(program);
});
`,
});

/** Throws a ToolError if Node doesn't start a program from the snapshot. */
async function requireStart(node: readonly string[], folder: string): Promise<void> {
  const program = join(folder, "program.cjs");
  await writeFile(program, "process.stdout.write(process.argv.slice(1).join());\n");
  const argv = ["--snapshot-blob", startSnapshotName, program, "argument"];
  const { stdout } = await run(["env", "--ignore-environment", ...node, ...argv], { cwd: folder });
  if (stdout !== `${program},argument`)
    throw new ToolError(`${startSnapshotName}: Node starts no program from it, and says: ${stdout}`);
}
