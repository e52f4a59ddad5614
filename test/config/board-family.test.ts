import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { readProfile, type MergedProfile } from "../../build/config/board-family.ts";
import { InputError } from "../../build/core/faults.ts";
import { writeFiles } from "../payload/scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function profileOf(
  t: ExecutionContext,
  files: Readonly<Record<string, string>>,
): Promise<MergedProfile> {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, files);
  const { value, fileOf } = await readProfile(join(folder, "model.yaml"), [join(folder, "families")]);
  return { value, fileOf: (path) => fileOf(path).slice(folder.length + 1) };
}

const chip =
  "title: chip\nmemoryMiB: 512\nkernel: { package: linux-image-arm64, networkModules: [stmmac] }\n";

test("a model has what its families say, the nearest first; lists of modules add up", async (t) => {
  const { value } = await profileOf(t, {
    "model.yaml": "family: chip\ntitle: model\nkernel: { networkModules: [r8152, stmmac] }\nsteps: [own]\n",
    "families/chip.yaml": `family: all\n${chip}steps: [a, b]\n`,
    "families/all.yaml": "base: debian\nmemoryMiB: 256\n",
  });
  t.deepEqual(value, {
    family: "chip",
    title: "model",
    base: "debian",
    memoryMiB: 512,
    kernel: { package: "linux-image-arm64", networkModules: ["stmmac", "r8152"] },
    steps: ["own"],
  });
});

test("whose fault it is: the nearest file that says so, else the model", async (t) => {
  const { fileOf } = await profileOf(t, {
    "model.yaml": "family: chip\nkernel: { networkModules: [r8152] }\n",
    "families/chip.yaml": chip,
  });
  t.is(fileOf("/memoryMiB"), "families/chip.yaml");
  t.is(fileOf("/kernel/package"), "families/chip.yaml");
  t.is(fileOf("/kernel/networkModules"), "model.yaml");
  t.is(fileOf("/ports"), "model.yaml");
});

test("a family that isn't there, and one that leads back, are faults of whoever names them", async (t) => {
  const missing = await t.throwsAsync(profileOf(t, { "model.yaml": "family: chop\n" }), {
    instanceOf: InputError,
  });
  t.regex(missing.message, /model\.yaml: \/family: there is no .*families\/chop\.yaml/);
  const round = profileOf(t, {
    "model.yaml": "family: a\n",
    "families/a.yaml": "family: b\n",
    "families/b.yaml": "family: a\n",
  });
  const { message } = await t.throwsAsync(round, { instanceOf: InputError });
  t.regex(message, /families\/b\.yaml: \/family: leads back to .*families\/a\.yaml/);
});
