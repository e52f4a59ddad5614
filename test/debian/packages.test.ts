import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { fetchPackages } from "../../build/debian/packages.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { useUnsignedArchive } from "./unsigned-archive.ts";

test.serial(
  "an archive whose index isn't signed by Debian is refused, and nothing of it is kept",
  async (t) => {
    const directory = await temporaryFolder(t);
    await useUnsignedArchive(t);
    const request = { suite: "trixie", architecture: "amd64" as const, names: ["dash"] };
    const error = await t.throwsAsync(fetchPackages(request, { directory, refresh: false }), {
      instanceOf: ToolError,
    });
    t.regex(error.message, /not signed/);
    t.false(existsSync(join(directory, "packages")));
    t.false((await readdir(join(directory, "apt/trixie-amd64"))).includes("updated"));
  },
);
