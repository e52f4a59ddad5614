import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { temporaryFolder } from "../temporary-folder.ts";

/** Makes an archive that nobody has signed the one that packages come from, until the test ends. */
export async function useUnsignedArchive(t: ExecutionContext): Promise<void> {
  const root = await temporaryFolder(t);
  for (const suite of ["trixie", "trixie-updates"]) {
    const folder = join(root, "dists", suite);
    await mkdir(join(folder, "main/binary-amd64"), { recursive: true });
    await writeFile(join(folder, "main/binary-amd64/Packages"), "");
    await writeFile(
      join(folder, "Release"),
      `Suite: ${suite}\nCodename: ${suite}\nComponents: main\nArchitectures: amd64\n`,
    );
  }
  process.env["HALFBRIDGE_DEBIAN_MIRROR"] = `file://${root}`;
  t.teardown(() => delete process.env["HALFBRIDGE_DEBIAN_MIRROR"]);
}
