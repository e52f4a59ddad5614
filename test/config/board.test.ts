import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import {
  listBoards,
  readAllBoards,
  readAllProfiles,
  readBoard,
  readBoardByName,
  readBoardProfile,
} from "../../build/config/board.ts";
import { InputError } from "../../build/core/faults.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { writeFiles } from "../payload/scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** The faults of x86-64's profile after an edit. */
async function faultsAfter(t: ExecutionContext, edit: (text: string) => string): Promise<string> {
  const file = join(await temporaryFolder(t), "x86-64.yaml");
  await writeFile(file, edit(await readFile(join(projectRoot, "board-configs/x86-64.yaml"), "utf8")));
  try {
    await readBoard(file);
    return "";
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

test("every board that ships is sound", async (t) => {
  const names = await listBoards();
  t.true(names.includes("x86-64"));
  await t.notThrowsAsync(readAllProfiles());
});

test("a profile says what its base needs, and one of another base is no board of Debian's", async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, "mine.yaml");
  const common =
    "name: mine\ntitle: mine\narch: arm64\nmemoryMiB: 512\nstorageMiB: 128\nports: { isp: { name: eth0 }, lan: { name: eth1 } }\nsources: { machine: x, memory: x, storage: x, ports: x }\n";
  const faultsOf = async (text: string) => {
    await writeFile(file, common + text);
    return readBoardProfile(file).then(
      () => [],
      (error: InputError) => error.faults.map(({ path, fact }) => `${path} ${fact}`),
    );
  };
  t.deepEqual(await faultsOf("base: openwrt\n"), ["/openwrt is missing"]);
  t.deepEqual(await faultsOf("base: debian\n"), [
    "/image is missing",
    "/kernel is missing",
    "/flashing is missing",
  ]);
  t.deepEqual(await faultsOf(""), ["/base is missing"]);
  const openwrt =
    "base: openwrt\nopenwrt: { target: a, subtarget: b, profile: c, supportedDevices: [], images: [{ type: sysupgrade }], sources: { profile: x, ports: x } }\n";
  t.deepEqual(await faultsOf(openwrt), []);
  const error = await t.throwsAsync(readBoard(file), { instanceOf: InputError });
  t.regex(error.message, /\/base: is openwrt: .* --imagebuilder DIR/);
  t.deepEqual(await readAllBoards(folder), []);
  await writeFile(file, (common + openwrt).replace("storageMiB: 128", "storageMiB: 32"));
  await t.throwsAsync(readBoardProfile(file), { message: /\/storageMiB: is 32 MiB, 32 MiB too little/ });
});

test("a model that can't run it is refused by its numbers, whatever it is called", async (t) => {
  const refusals = {
    tplink_tl_wr841_v9: /TL-WR841N .*MIPS without an FPU.*3\.8 MiB of room for an image, and 64 MiB/,
    "TL-WR842ND": /32 MiB of RAM, and 160 MiB are needed/,
    "avm_fritzbox-4040": /FRITZ!Box 4040 can't run Halfbridge: it has 28\.4 MiB of room/,
    "raspberry-pi-zero": /ARMv6/,
  };
  for (const [name, message] of Object.entries(refusals))
    await t.throwsAsync(readBoardByName(name), { instanceOf: InputError, message });
  await t.throwsAsync(readBoardByName("raspberry-pi-5"), { message: /did you mean raspberry-pi-4/ });
});

test("an unknown board is refused with the near ones", async (t) => {
  const error = await t.throwsAsync(readBoardByName("x86_64"), { instanceOf: InputError });
  t.regex(error.message, /no board is called "x86_64" \(did you mean x86-64\?/);
});

test("ports have to be distinct", async (t) => {
  t.regex(
    await faultsAfter(t, (text) => text.replace("name: eth1", "name: eth0")),
    /\/ports\/lan\/name: is the ISP port as well: eth0/,
  );
});

test("a board with too little RAM or storage is refused, by how much", async (t) => {
  t.regex(
    await faultsAfter(t, (text) => text.replace("memoryMiB: 256", "memoryMiB: 64")),
    /\/memoryMiB: is 64 MiB, 96 MiB too little/,
  );
  t.regex(
    await faultsAfter(t, (text) => text.replace("storageMiB: 1024", "storageMiB: 512")),
    /\/storageMiB: .*by 323 MiB/,
  );
  t.regex(
    await faultsAfter(t, (text) => text.replace("rootMiB: 256", "rootMiB: 32")),
    /\/image\/rootMiB: is 32 MiB, 32 MiB too little/,
  );
});

test("a profile is called as its file is", async (t) => {
  t.regex(
    await faultsAfter(t, (text) => text.replace("name: x86-64", "name: other")),
    /\/name: is other, but the file is called/,
  );
});

test("a CPU that V8 can't run on is refused with the reason, before anything else", async (t) => {
  const faults = await faultsAfter(t, (text) => text.replace("arch: amd64", "arch: mipsel\nnonsense: 1"));
  t.regex(faults, /\/arch: is mipsel: V8, .* needs an FPU on MIPS/);
  t.notRegex(faults, /nonsense/);
  t.regex(await faultsAfter(t, (text) => text.replace("arch: amd64", "arch: amd65")), /did you mean amd64/);
});

test("ports are bound by their places on a model that is named, both or none", async (t) => {
  const withPlaces = (isp: string, lan: string) => (text: string) =>
    text
      .replace("{ name: eth0 }", `{ name: wan, ${isp} }`)
      .replace("{ name: eth1 }", `{ name: lan, ${lan} }`);
  const model = "deviceTree: { file: maker/model.dtb, compatible: 'maker,model' }\n";
  t.is(await faultsAfter(t, (text) => model + withPlaces("path: a/b", "dsaPort: lan0")(text)), "");
  t.regex(await faultsAfter(t, withPlaces("path: a/b", "path: a/c")), /\/deviceTree: is missing/);
  const faults = await faultsAfter(t, (text) => model + withPlaces("path: a/b", "path: a/b")(text));
  t.regex(faults, /\/ports\/lan: is at the ISP port's place/);
  const one = await faultsAfter(t, (text) => model + withPlaces("path: a/b", "")(text).replace(",  }", " }"));
  t.regex(one, /\/ports: says where a port is, but not where another is/);
});

test("the LAN may have several ports, each with a name and a place of its own; a light shows one of them", async (t) => {
  const withLan =
    (lan: string, leds = "") =>
    (text: string) =>
      `${text.replace("lan: { name: eth1 }", `lan: ${lan}`)}${leds}`;
  t.is(await faultsAfter(t, withLan("[{ name: eth1 }, { name: eth2 }]")), "");
  const faults = await faultsAfter(
    t,
    withLan("[{ name: eth1 }, { name: eth1 }, { name: eth0 }, { name: br1 }]"),
  );
  t.regex(faults, /\/ports\/lan\/1\/name: is another LAN port as well: eth1/);
  t.regex(faults, /\/ports\/lan\/2\/name: is the ISP port as well: eth0/);
  t.regex(faults, /\/ports\/lan\/3\/name: is br1, which is taken/);
  t.regex(await faultsAfter(t, withLan("[]")), /\/ports\/lan: is empty/);
  t.regex(await faultsAfter(t, withLan("[{ nmae: eth1 }]")), /\/ports\/lan\/0\/name: is missing/);
  t.regex(await faultsAfter(t, withLan("eth1")), /\/ports\/lan: must be object,array, and is "eth1"/);
  const places = "[{ name: lan0, dsaPort: lan0 }, { name: lan1, dsaPort: lan0 }]";
  t.regex(await faultsAfter(t, withLan(places)), /\/ports\/lan\/1: is at lan0's place: lan0/);
  const light = (shows: string) => `leds: [{ name: "green:lan", shows: ${shows} }]\n`;
  const two = "[{ name: eth1 }, { name: eth2 }]";
  for (const shows of ["running", "isp", "eth2"]) t.is(await faultsAfter(t, withLan(two, light(shows))), "");
  t.regex(
    await faultsAfter(t, withLan(two, light("lan"))),
    /\/leds\/0\/shows: is "lan", which isn't known \(.*running, isp, eth1, eth2/,
  );
  t.is(await faultsAfter(t, withLan("{ name: eth1 }", light("lan"))), "");
  t.regex(await faultsAfter(t, withLan("{ name: eth1 }", light("wan"))), /is "wan", which isn't known/);
});

test("a loader goes with a format that has room for it", async (t) => {
  const faults = await faultsAfter(t, (text) => `${text}loader: { kind: rockchip }\n`);
  t.regex(faults, /\/loader: doesn't go with gpt-grub/);
  t.regex(faults, /\/loader: needs ubootBuild or defconfig, and not both/);
  const script = await faultsAfter(t, (text) => text.replace("format: gpt-grub", "format: gpt-boot-script"));
  t.regex(script, /\/image\/format: is gpt-boot-script, which is for arm64 and armhf/);
});

test("boards may be in a folder of one's own, with families of its own or those that ship", async (t) => {
  const folder = await temporaryFolder(t);
  const text = await readFile(join(projectRoot, "board-configs/x86-64.yaml"), "utf8");
  await writeFiles(folder, {
    "mine.yaml": `family: all\n${text.replace("name: x86-64", "name: mine").replace(/^title: .*\n/m, "")}`,
    "families/all.yaml": "title: of my family\n",
  });
  t.deepEqual(await listBoards(folder), ["mine"]);
  t.is((await readBoardByName("mine", folder)).title, "of my family");
  const error = await t.throwsAsync(readBoardByName("x86-64", folder), { instanceOf: InputError });
  t.regex(error.message, /no board is called "x86-64"/);
});

test("the faults of all boards in a folder are told in one run", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { "a.yaml": "family: none\n", "b.yaml": "arch: mipsel\n" });
  const error = await t.throwsAsync(readAllBoards(folder), { instanceOf: InputError });
  t.is(error.faults.length, 2);
  await t.throwsAsync(readAllBoards(join(folder, "none")), { message: /none: no such folder/ });
});
