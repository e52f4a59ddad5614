import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { projectRoot } from "../../build/core/paths.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { relocate, runScript, writeFiles } from "./scripts.ts";

const overlay = join(projectRoot, "overlays", "busybox-init");

interface Machine {
  readonly compatible?: string;
  /** Interfaces by name: their device's place below /sys/devices. */
  readonly interfaces: Readonly<Record<string, string>>;
  /** Interfaces that are a switch's ports. */
  readonly dsa?: readonly string[];
  readonly hardware: string;
  readonly lights?: string;
}

/** The interfaces after S05hardware, by name: which they were before. */
async function namesOn(
  t: ExecutionContext,
  machine: Machine,
  root?: string,
  action: "start" | "again" = "start",
): Promise<Record<string, string>> {
  root ??= await temporaryFolder(t);
  const { interfaces, dsa = [], hardware, compatible = "", lights = "" } = machine;
  await writeFiles(root, {
    "etc/halfbridge/hardware": hardware,
    "etc/halfbridge/lights": lights,
    "sys/firmware/devicetree/base/compatible": compatible.replaceAll(" ", "\0"),
    "sys/class/leds/green:wan/trigger": "none\n",
    "bin/modprobe": "#!/bin/sh\n",
    "bin/usleep": `#!/bin/sh\necho >> "${root}/slept"\n`,
    // ip link set A name B: fails as the kernel does where B is taken or too long
    "bin/ip": `#!/bin/sh
[ "$1 $2 $4" = "link set name" ] || exit 1
[ -e "${root}/sys/class/net/$5" ] && exit 2
[ \${#5} -lt 16 ] || exit 3
exec mv "${root}/sys/class/net/$3" "${root}/sys/class/net/$5"
`,
  });
  for (const [name, place] of Object.entries(interfaces)) {
    const folder = join(root, "sys/class/net", name);
    await writeFiles(folder, {
      uevent: dsa.includes(name) ? "DEVTYPE=dsa\n" : `INTERFACE=${name}\n`,
      was: name,
    });
    const device = join(root, "sys/devices", place);
    await writeFiles(device, { modalias: "x:y\n" });
    await mkdir(dirname(folder), { recursive: true });
    await symlink(device, join(folder, "device"));
  }
  const script = (
    await relocate("etc/init.d/S05hardware", ["/sys", "/etc", "/run"], root, overlay)
  ).replaceAll("#/sys/devices/", `#${root}/sys/devices/`);
  await writeFiles(root, { S05hardware: script });
  const ran = runScript([join(root, "S05hardware"), action], {}, join(root, "bin"));
  t.is(ran.status, 0, ran.stderr);
  const { stdout } = runScript(["-c", `cd ${root}/sys/class/net && grep -H . */was`], {});
  return Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split("/was:") as [string, string]),
  );
}

const bound = `COMPATIBLE='maker,model'
ISP='wan'
ISP_AT='platform/ff540000.ethernet'
LAN='lan'
LAN_AT='platform/ff600000.usb/*/*:1.0'
`;

const interfaces = {
  eth0: "platform/ff600000.usb/xhci/2-1:1.0",
  eth1: "platform/ff540000.ethernet",
};

test("on its model a port is bound by its place, whichever driver was faster", async (t) => {
  const machine = { compatible: "maker,model maker,chip", interfaces, hardware: bound };
  t.deepEqual(await namesOn(t, machine), { wan: "eth1", lan: "eth0" });
});

test("on any other machine the first port on the bus is the ISP's, the second the LAN's", async (t) => {
  const other = { eth0: "pci0/02.0", eth1: "pci0/01.0", eth2: "pci0/03.0" };
  const machine = { compatible: "linux,dummy-virt", interfaces: other, hardware: bound };
  t.deepEqual(await namesOn(t, machine), { wan: "eth1", lan: "eth0", eth2: "eth2" });
});

test("a port whose place is empty on its model isn't replaced by another", async (t) => {
  const machine = {
    compatible: "maker,model",
    interfaces: { eth0: "platform/ff540000.ethernet", eth1: "pci0/01.0" },
    hardware: bound,
  };
  t.deepEqual(await namesOn(t, machine), { wan: "eth0", eth1: "eth1" });
});

test("names that change places do, and a third that has one of them makes way", async (t) => {
  const swapped = bound.replace("'wan'", "'eth0'").replace("'lan'", "'eth1'");
  const machine = { compatible: "maker,model", interfaces, hardware: swapped };
  t.deepEqual(await namesOn(t, machine), { eth0: "eth1", eth1: "eth0" });
  const third = {
    ...machine,
    interfaces: { eth2: interfaces.eth0, eth1: interfaces.eth1, eth0: "pci0/01.0" },
  };
  const names = await namesOn(t, third);
  t.is(names["eth0"], "eth1");
  t.is(names["eth1"], "eth2");
  t.is(Object.values(names).filter((was) => was === "eth0").length, 1);
});

test("a switch's port is bound by its label, and no port of a switch is counted on the bus", async (t) => {
  const hardware = bound
    .replace("platform/ff540000.ethernet", "dsa:wan")
    .replace("platform/ff600000.usb/*/*:1.0", "dsa:lan0")
    .replace("'lan'", "'lan0'");
  const chip = "platform/d0032004.mdio/switch";
  const machine = {
    compatible: "maker,model",
    interfaces: { eth0: "platform/d0030000.ethernet", wan: chip, lan0: chip, lan1: chip },
    dsa: ["wan", "lan0", "lan1"],
    hardware,
  };
  t.deepEqual(await namesOn(t, machine), { eth0: "eth0", wan: "wan", lan0: "lan0", lan1: "lan1" });
});

/** How often half a second was waited. */
const naps = async (root: string): Promise<number> =>
  (await readFile(join(root, "slept"), "utf8").catch(() => "")).length;

const severalLan = `COMPATIBLE='maker,model'
ISP='wan'
ISP_AT='platform/ff540000.ethernet'
LAN='lan0 lan1 lan2'
LAN_AT='dsa:lan0 platform/*.usb/*:1.0 dsa:lan2'
`;

test("of several ports of the LAN each has its place, and those that aren't there are done without", async (t) => {
  const chip = "platform/d0032004.mdio/switch";
  const machine = {
    compatible: "maker,model",
    interfaces: { ...interfaces, eth0: "platform/ff600000.usb/2-1:1.0", lan0: chip },
    dsa: ["lan0"],
    hardware: severalLan,
  };
  const root = await temporaryFolder(t);
  t.deepEqual(await namesOn(t, machine, root), { wan: "eth1", lan0: "lan0", lan1: "eth0" });
  t.is(await naps(root), 4);
});

test("for the ISP's port, or any of the LAN's, a model waits longer; another machine for two", async (t) => {
  const machine = { compatible: "maker,model", hardware: severalLan };
  for (const [compatible, there, expected] of [
    ["maker,model", { eth1: interfaces.eth1 }, 20],
    ["maker,model", { eth0: "platform/ff600000.usb/2-1:1.0" }, 20],
    ["linux,dummy-virt", interfaces, 0],
  ] as const) {
    const root = await temporaryFolder(t);
    await namesOn(t, { ...machine, compatible, interfaces: there }, root);
    t.is(await naps(root), expected);
  }
});

test("on any other machine the LAN has the ports after the ISP's, as far as there are any", async (t) => {
  const other = { eth0: "pci0/02.0", eth1: "pci0/01.0", eth2: "pci0/03.0" };
  const machine = { compatible: "linux,dummy-virt", interfaces: other, hardware: severalLan };
  t.deepEqual(await namesOn(t, machine), { wan: "eth1", lan0: "eth0", lan1: "eth2" });
  const more = { ...other, eth3: "pci0/04.0", eth4: "pci0/05.0" };
  t.deepEqual(await namesOn(t, { ...machine, interfaces: more }), {
    ...{ wan: "eth1", lan0: "eth0", lan1: "eth2", lan2: "eth3", eth4: "eth4" },
  });
});

/** One interface is pulled out, and comes back with another name of the kernel's. */
async function comeBack(t: ExecutionContext, machine: Machine, name: string, as: string) {
  const root = await temporaryFolder(t);
  const before = await namesOn(t, machine, root);
  const place = machine.interfaces[before[name] ?? ""] ?? "";
  await rm(join(root, "sys/class/net", name), { recursive: true });
  return namesOn(t, { ...machine, interfaces: { [as]: place } }, root, "again");
}

test("a port that comes back has its name again: on its model by its profile's place, elsewhere by the one that it had", async (t) => {
  const model = { compatible: "maker,model", interfaces, hardware: bound };
  t.deepEqual(await comeBack(t, model, "wan", "eth3"), { wan: "eth3", lan: "eth0" });
  const other = {
    compatible: "linux,dummy-virt",
    interfaces: { eth0: "pci0/02.0", eth1: "pci0/01.0", eth2: "pci0/03.0" },
    hardware: bound,
  };
  t.deepEqual(await comeBack(t, other, "wan", "eth3"), { wan: "eth3", lan: "eth0", eth2: "eth2" });
  t.deepEqual(await comeBack(t, other, "lan", "eth3"), { wan: "eth1", lan: "eth3", eth2: "eth2" });
});

test("on a machine that had one port, one that comes is named as it would have been at the start", async (t) => {
  const root = await temporaryFolder(t);
  const machine = { hardware: bound, interfaces: { eth0: "pci0/02.0" } };
  t.deepEqual(await namesOn(t, machine, root), { wan: "eth0" });
  const both = { ...machine, interfaces: { eth0: "pci0/03.0" } };
  t.deepEqual(await namesOn(t, both, root, "again"), { wan: "eth0", lan: "eth0" });
});

test("a light may show one of several ports", async (t) => {
  const root = await temporaryFolder(t);
  const machine = { compatible: "linux,dummy-virt", interfaces, hardware: severalLan };
  await namesOn(t, { ...machine, lights: "green:wan lan1\n" }, root);
  t.is(await readFile(join(root, "sys/class/leds/green:wan/device_name"), "utf8"), "lan1\n");
});

test("a light shows a port's link and traffic, or that the router runs; one that isn't there is left alone", async (t) => {
  const root = await temporaryFolder(t);
  const machine = { compatible: "maker,model", interfaces, hardware: bound };
  await namesOn(t, { ...machine, lights: "green:wan isp\nred:none running\n" }, root);
  const led = (name: string) => readFile(join(root, "sys/class/leds/green:wan", name), "utf8");
  t.is(await led("trigger"), "netdev\n");
  t.is(await led("device_name"), "wan\n");
  t.is(await led("rx"), "1\n");
  await namesOn(t, { ...machine, lights: "green:wan running\n" }, join(root, "again"));
  const again = await readFile(join(root, "again", "sys/class/leds/green:wan/trigger"), "utf8");
  t.is(again, "default-on\n");
});
