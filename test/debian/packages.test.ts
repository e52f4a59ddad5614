import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { fetchPackages } from "../../build/debian/packages.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** An archive that nobody has signed. */
async function unsignedArchive(t: ExecutionContext): Promise<string> {
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
  return root;
}

test.serial(
  "an archive whose index isn't signed by Debian is refused, and nothing of it is kept",
  async (t) => {
    const directory = await temporaryFolder(t);
    process.env["HALFBRIDGE_DEBIAN_MIRROR"] = `file://${await unsignedArchive(t)}`;
    t.teardown(() => delete process.env["HALFBRIDGE_DEBIAN_MIRROR"]);
    const request = { suite: "trixie", architecture: "amd64" as const, names: ["dash"] };
    const error = await t.throwsAsync(fetchPackages(request, { directory, refresh: false }), {
      instanceOf: ToolError,
    });
    t.regex(error.message, /not signed/);
    t.false(existsSync(join(directory, "packages")));
    t.false((await readdir(join(directory, "apt/trixie-amd64"))).includes("updated"));
  },
);
