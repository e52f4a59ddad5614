import { readFile, readdir } from "node:fs/promises";
import test from "ava";
import { askForBoard } from "../../build/cli/ask-for-board.ts";
import { writeNewBoard, type NewBoard } from "../../build/cli/new-board.ts";
import { readBoard } from "../../build/config/board.ts";
import { InputError } from "../../build/core/faults.ts";
import { writeFiles } from "../payload/scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const model = { name: "model", title: 'Model: "2"', memory: "512", storage: "4096" };
const text = ["machine", "memory", "storage", "ports"].map((key) => `${key}=its maker's wiki: page 3`);
const complete: NewBoard = {
  ...model,
  arch: "arm64",
  deviceTree: "maker/model.dtb",
  compatible: "maker,model",
  isp: "wan=platform/soc/d0030000.ethernet",
  lan: ["lan1=dsa:lan1"],
  console: ["ttyS0,115200n8"],
  driver: ["mvneta", "mv88e6xxx"],
  storageDriver: ["mmc_block"],
  medium: "microSD card",
  step: ["Put the card in: it starts by itself."],
  source: text,
};

test("a board of which all is known is written as a sound profile", async (t) => {
  const file = await writeNewBoard(complete, await temporaryFolder(t));
  const board = await readBoard(file);
  t.is(board.title, model.title);
  t.deepEqual(board.ports, {
    isp: { name: "wan", path: "platform/soc/d0030000.ethernet" },
    lan: { name: "lan1", dsaPort: "lan1" },
  });
  t.deepEqual(board.kernel.networkModules, ["virtio_net", "mvneta", "mv88e6xxx"]);
  t.is(board.image.format, "gpt-boot-script");
  t.is(board.sources.ports, "its maker's wiki: page 3");
  t.regex(await readFile(file, "utf8"), /^# As they are called on the case/m);
});

test("a LAN of several ports is written as a list", async (t) => {
  const lan = ["lan1=dsa:lan1", "lan2=dsa:lan2"];
  const file = await writeNewBoard({ ...complete, lan }, await temporaryFolder(t));
  t.deepEqual((await readBoard(file)).ports.lan, [
    { name: "lan1", dsaPort: "lan1" },
    { name: "lan2", dsaPort: "lan2" },
  ]);
});

test("what isn't known is left empty, and told", async (t) => {
  const file = await writeNewBoard({ ...model, arch: "amd64" }, await temporaryFolder(t));
  const { faults } = await t.throwsAsync(readBoard(file), { instanceOf: InputError });
  t.deepEqual(
    faults.map(({ path, fact }) => `${path} ${fact}`).sort(),
    ["/consoles", "/flashing/medium", "/flashing/steps"]
      .concat(["machine", "memory", "ports", "storage"].map((key) => `/sources/${key}`))
      .map((path) => `${path} is empty`),
  );
});

test("what a family says isn't said again", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, {
    "families/chip.yaml": `base: debian
arch: arm64
consoles: [ttyS0]
image: { firmwareMiB: 64, bootMiB: 64, rootMiB: 256, dataMiB: 128 }
kernel: { package: linux-image-arm64, storageModules: [nvme], networkModules: [igb] }
flashing: { medium: SSD, steps: [Write it.] }
`,
  });
  const file = await writeNewBoard({ ...model, family: "chip", driver: ["r8169"], source: text }, folder);
  const written = await readFile(file, "utf8");
  for (const key of ["arch", "base", "consoles", "flashing"])
    t.notRegex(written, new RegExp(`^${key}:`, "m"));
  const { kernel, image } = await readBoard(file);
  t.is(image.format, "gpt-grub", "the family leaves that to its models");
  t.notRegex(written, /firmwareMiB/);
  t.deepEqual(kernel.networkModules, ["igb", "r8169"]);
  await t.throwsAsync(writeNewBoard({ ...model, name: "other", family: "chop" }, folder), {
    message: /--family: no family is called "chop" \(did you mean chip\?/,
  });
});

test("a profile that is there is never written over, and nothing else stays behind", async (t) => {
  const folder = await temporaryFolder(t);
  const file = await writeNewBoard(complete, folder);
  const before = await readFile(file, "utf8");
  await t.throwsAsync(writeNewBoard({ ...complete, title: "another" }, folder), {
    instanceOf: InputError,
    message: /model\.yaml: is there already/,
  });
  t.is(await readFile(file, "utf8"), before);
  t.deepEqual(await readdir(folder), ["model.yaml"]);
});

test("all that doesn't fit is told in one run, and nothing is written", async (t) => {
  const folder = await temporaryFolder(t);
  const wrong = { name: "../Model", memory: "1 GB", source: ["maker=x"], compatible: "maker,model" };
  const { faults } = await t.throwsAsync(writeNewBoard(wrong, folder), { instanceOf: InputError });
  t.deepEqual(
    faults.map(({ file }) => file),
    ["--title", "--storage", "--arch", "NAME", "--memory", "--device-tree", "--source"],
  );
  t.deepEqual(await readdir(folder), []);
});

test("only what no flag says is asked for", async (t) => {
  const folder = await temporaryFolder(t);
  const asked: string[] = [];
  const answers = ["Model", "arm64", "512", "maker/model.dtb", "maker,model", "lan1 lan2=dsa:lan2"];
  const ask = async (question: string, otherwise = "") => {
    asked.push(question);
    return /Family|ISP/.test(question) ? otherwise : (answers.shift() ?? "");
  };
  const known = await askForBoard({ name: "model", storage: "4096" }, folder, ask);
  t.deepEqual(known, {
    name: "model",
    title: "Model",
    arch: "arm64",
    memory: "512",
    storage: "4096",
    deviceTree: "maker/model.dtb",
    compatible: "maker,model",
    isp: "wan",
    lan: ["lan1", "lan2=dsa:lan2"],
  });
  t.false(asked.some((question) => /Storage|Short name/.test(question)));
});
