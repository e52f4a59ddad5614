/** The overlay's scripts and files against what OpenWrt does with them. */
import { spawnSync } from "node:child_process";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { checkForOpenwrt } from "../../../build/base/openwrt/board.ts";
import { modulePackages, wantedPackages } from "../../../build/base/openwrt/packages.ts";
import { releaseOf } from "../../../build/base/openwrt/releases.ts";
import { conventions, filesTree } from "../../../build/base/openwrt/tree.ts";
import { readAllProfiles, type OpenwrtBoard } from "../../../build/config/board.ts";
import { refuseTogether } from "../../../build/config/check-together.ts";
import { projectRoot } from "../../../build/core/paths.ts";
import { writeTree } from "../../../build/core/tree.ts";
import { printSetup } from "../../../build/payload/setup.ts";
import { relocate, runScript, writeFiles } from "../../payload/scripts.ts";
import { textOf } from "../../payload/setup-files.ts";
import { richSite } from "../../setups.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { testUnless } from "../../test-unless.ts";
import { madeFor, openwrtBoardByName } from "./made.ts";

const overlay = join(projectRoot, "overlays/openwrt");
const services = ["halfbridge", "halfbridge-capture", "halfbridge-guard", "halfbridge-network"];
const textOfScript = (name: string) => readFile(join(overlay, "etc/init.d", name), "utf8");

async function numbers(name: string): Promise<{ start: number; stop: number }> {
  const text = await textOfScript(name);
  return { start: Number(/^START=(\d+)$/m.exec(text)?.[1]), stop: Number(/^STOP=(\d+)$/m.exec(text)?.[1]) };
}

test("services start after OpenWrt's own set-up and around its network, and stop in reverse", async (t) => {
  const [proxy, capture, guard, network] = await Promise.all(services.map(numbers));
  const starts = [11, guard?.start, capture?.start, 20, network?.start, proxy?.start] as number[]; // sysctl … netifd
  t.deepEqual(
    starts,
    starts.toSorted((a, b) => a - b),
  );
  const stops = [proxy?.stop, network?.stop, capture?.stop, guard?.stop, 90] as number[];
  t.deepEqual(
    stops,
    stops.toSorted((a, b) => a - b),
  );
});

test("the overlay has OpenWrt's services in place of BusyBox's, and nothing that is another base's", async (t) => {
  const made = await madeFor(t, "glinet-gl-mt6000");
  const { tree } = await filesTree(made.plan, made.payload, made.packages);
  const paths = tree.map(({ path }) => path);
  t.deepEqual(
    paths.filter((path) => path.startsWith("/etc/init.d/")),
    services.map((name) => `/etc/init.d/${name}`),
  );
  for (const path of ["/etc/hostname", "/etc/passwd", "/etc/inittab", "/etc/halfbridge/hardware"])
    t.false(paths.includes(path), path);
  for (const path of [
    "/usr/bin/setpriv",
    "/usr/bin/nc.openbsd",
    "/usr/sbin/ndppd",
    "/usr/lib/halfbridge/stages/guard",
  ])
    t.true(paths.includes(path), path);
});

test("OpenWrt isn't told what one set-up needs of the kernel: it would set that again once the router has another", async (t) => {
  const { plan, payload, packages } = await madeFor(t, "turris-omnia");
  const { tree } = await filesTree(plan, payload, packages);
  const paths = tree.map(({ path }) => path);
  t.deepEqual(
    paths.filter((path) => path.startsWith("/etc/sysctl")),
    [],
  );
});

test("ports have the model's own names, wherever OpenWrt or the rules are told of them", async (t) => {
  const { plan } = await madeFor(t, "turris-omnia");
  const lan = ["lan0", "lan1", "lan2", "lan3", "lan4"];
  t.deepEqual(plan.network.join?.ports, lan);
  const facts = textOf(printSetup(plan).find(({ path }) => path === "/facts"));
  t.regex(facts, /^ISP='eth2'\nLAN='lan0 lan1 lan2 lan3 lan4'$/m);
  const untracked = (await conventions(plan)).find(({ path }) => path.endsWith("/untracked.nft"));
  t.regex(textOf(untracked), /iifname \{ "eth2", "br1", "to-br1", "br0" \} notrack/);
  const one = (await conventions((await madeFor(t, "glinet-gl-mt3000")).plan)).find(({ path }) =>
    path.endsWith("/untracked.nft"),
  );
  t.regex(textOf(one), /iifname \{ "eth0", "eth1", "br0" \} notrack/);
});

test("MACs that netifd would set are set on each of the ports, and on nothing else", async (t) => {
  const text = await readFile(join(overlay, "usr/lib/halfbridge/prepare-ports"), "utf8");
  const [setMac = ""] = /^set_mac\(\) \{[\s\S]*?^\}$/m.exec(text) ?? [];
  const said = (facts: string, name: string) =>
    runScript(
      [
        "-c",
        `config_get() { eval "$1=\\$said_$3"; }; ip() { echo "$*"; }\n${setMac}\n${facts}; said_name=${name} said_macaddr=02:00:00:00:00:09; set_mac section`,
      ],
      {},
    ).stdout.trim();
  const several = "ISP=eth2 LAN='lan0 lan1'";
  for (const name of ["eth2", "lan0", "lan1"])
    t.is(said(several, name), `link set ${name} address 02:00:00:00:00:09`);
  for (const name of ["lan", "lan2", "br-lan"]) t.is(said(several, name), "");
  t.is(said("ISP=eth0 LAN=eth1", "eth1"), "link set eth1 address 02:00:00:00:00:09");
});

/** A router with OpenWrt's scripts, whose stages only say that they were called. */
async function routerWithStages(t: ExecutionContext, files: Readonly<Record<string, string>>) {
  const root = await temporaryFolder(t);
  const says = (name: string) => `#!/bin/sh\necho "${name} $1"\n`;
  await writeFiles(root, {
    "usr/lib/halfbridge/stages/capture": says("capture"),
    "usr/lib/halfbridge/stages/network": says("network"),
    "usr/lib/halfbridge/stages/all": says("all"),
    "usr/lib/halfbridge/prepare-ports": "#!/bin/sh\n",
    ...files,
  });
  return async (path: string, variables: Readonly<Record<string, string>>, then = "") => {
    const script = await relocate(path, ["/run/", "/usr/lib/"], root, overlay);
    return runScript(["-c", `${script}\n${then}`], variables)
      .stdout.trim()
      .split("\n")
      .filter(Boolean);
  };
}

test("netifd takes rules of routing away when it starts: capture is put in force again before the links, and all of it whenever netifd starts again", async (t) => {
  const stage = { "run/halfbridge/stage": "capture\n" };
  const start = async (files: Readonly<Record<string, string>>) =>
    (await routerWithStages(t, files))("etc/init.d/halfbridge-network", {}, "start");
  t.deepEqual(await start(stage), ["capture stop", "capture start", "network start"]);
  t.deepEqual(await start({ ...stage, "run/halfbridge/capture.held": "" }), ["network start"]);

  const hotplug = async (event: string, files: Readonly<Record<string, string>>) => {
    const [ACTION = "", INTERFACE = ""] = event.split(" ");
    const run = await routerWithStages(t, { "run/halfbridge/stage": "", ...files });
    return run("etc/hotplug.d/iface/20-halfbridge", { ACTION, INTERFACE });
  };
  const running = { "run/halfbridge/ports": "" };
  t.deepEqual(await hotplug("ifup loopback", running), ["all restart"]);
  t.deepEqual(await hotplug("ifup lan", running), []);
  t.deepEqual(await hotplug("ifdown loopback", running), []);
  t.deepEqual(await hotplug("ifup loopback", {}), [], "control: the network isn't started yet");
});

test("an upgrade keeps what was applied and written here, and not the set-up that comes with the image", async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, {
    "etc/halfbridge/active": "0123456789ab\n",
    "etc/halfbridge/adopted": "",
    "etc/halfbridge/lists/mine.txt": "",
    "etc/halfbridge/setups/0123456789ab/facts": "",
    "etc/halfbridge/setups/built/facts": "",
    "etc/halfbridge/setups/new.77/facts": "",
  });
  const keep = (await readFile(join(overlay, "lib/upgrade/keep.d/halfbridge"), "utf8")).replace(
    /^(?=\/)/gm,
    root,
  );
  await writeFile(join(root, "keep"), keep);
  // as sysupgrade lists them (package/base-files/files/sbin/sysupgrade)
  const { stdout } = runScript(
    [
      "-c",
      String.raw`find $(sed -ne '/^[[:space:]]*$/d; /^#/d; p' ${root}/keep 2>/dev/null) \( -type f -o -type l \) 2>/dev/null`,
    ],
    {},
  );
  t.deepEqual(stdout.replaceAll(`${root}/etc/halfbridge/`, "").trim().split("\n").sort(), [
    "active",
    "adopted",
    "lists/mine.txt",
    "setups/0123456789ab/facts",
  ]);
});

/** What OpenWrt's shell functions say of a configuration, of which uci only writes down what it is told. */
const uciStandIn = `config_load() { :; }
config_get() { eval "$1=\\$$2_$3"; }
config_foreach() {
  local call=$1 section
  for section in $(eval echo "\\$all_$2"); do "$call" "$section"; done
}
all_interface='loopback lan wan guest' all_device='brlan eth' brlan_type=bridge
all_zone='z1 z2' z1_name=lan z2_name=guest
`;

test("OpenWrt's own networks are taken off the ports once: what was added since stays when an upgrade runs the defaults again", async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, {
    "lib/functions.sh": uciStandIn,
    "etc/init.d/dnsmasq": `#!/bin/sh\necho "dnsmasq $1" >> ${root}/said\n`,
    // there is none of what it would delete until there is none left
    "programs/uci": `#!/bin/sh\necho "uci $*" >> ${root}/said\ncase "$*" in *@*[[]0[]]) exit 1 ;; esac\n`,
    "etc/halfbridge/setups/built/facts": "",
  });
  const start = async () => {
    await writeFile(join(root, "said"), "");
    for (const name of ["91-halfbridge-network", "92-halfbridge-firewall"]) {
      const path = join("etc/uci-defaults", name);
      const script = await relocate(path, ["/lib/", "/etc/"], root, overlay);
      t.like(
        runScript(["-c", `( ${script}\n)`], {}, join(root, "programs")),
        { status: 0, stderr: "" },
        name,
      );
    }
    return (await readFile(join(root, "said"), "utf8")).trim().split("\n");
  };
  const first = await start();
  for (const line of ["network.lan", "network.wan", "network.guest", "network.brlan", "firewall.z1"])
    t.true(first.includes(`uci -q delete ${line}`), line);
  for (const name of ["loopback", "eth"]) t.false(first.includes(`uci -q delete network.${name}`), name);
  t.false(first.includes("uci -q delete firewall.z2"));
  t.true(first.includes("uci commit firewall"));
  t.deepEqual(await start(), ["dnsmasq disable"]); // a new image has it on again
});

test("every module that the plan needs is in a package that is asked for, and none twice", async (t) => {
  const { plan } = await madeFor(t, "x86-64");
  const wanted = wantedPackages(plan.board);
  t.is(new Set(wanted).size, wanted.length);
  const packages = modulePackages(plan);
  t.true(packages.size >= 12);
  for (const name of packages.keys()) t.true(wanted.includes(name), name);
  t.throws(
    () =>
      modulePackages({
        ...plan,
        kernel: { ...plan.kernel, modules: { ...plan.kernel.modules, network: ["xt_new"] } },
      }),
    { message: /xt_new: which/ },
  );
});

test("a model that has only NAND says how much of it an image may take: OpenWrt's own limit for it may be more than there is", async (t) => {
  const withNand = (await readAllProfiles()).filter(
    ({ openwrt, storageMiB }) =>
      storageMiB <= 256 && openwrt?.images.some(({ type }) => type.startsWith("sdcard")) === false,
  );
  t.true(withNand.length >= 6);
  for (const { name, openwrt, storageMiB } of withNand) {
    const { limitKiB = Infinity } = openwrt?.images.find(({ type }) => type === "sysupgrade") ?? {};
    t.true(limitKiB < storageMiB * 1024, name);
  }
});

test("a version is of the newest release that isn't newer than it", (t) => {
  t.is(releaseOf("24.10.2")?.name, "24.10");
  t.is(releaseOf("23.05.5")?.packageManager, "opkg");
  t.is(releaseOf("25.12.0")?.packageManager, "apk");
  t.is(releaseOf("SNAPSHOT")?.name, "25.12");
  t.is(releaseOf("22.03.7"), undefined);
});

test("squid is refused, and a full bridge of two ports of one switch by OpenWrt's names for them", async (t) => {
  const squid = { ...richSite, proxy: { ...richSite.proxy, engine: "squid" as const } };
  t.deepEqual(
    checkForOpenwrt(squid, "s.yaml").map(({ path }) => path),
    ["/proxy/engine"],
  );
  t.deepEqual(checkForOpenwrt(richSite, "s.yaml"), []);
  const full = { ...richSite, mode: "bridge-broute" as const };
  const boards = await Promise.all(["netgear-r7800", "glinet-gl-mt6000"].map(openwrtBoardByName));
  t.throws(() => refuseTogether(boards[0] as OpenwrtBoard, full, "s.yaml"), {
    message: /both are ports of one switch/,
  });
  t.notThrows(() => refuseTogether(boards[1] as OpenwrtBoard, full, "s.yaml"));
});

const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
const withShellcheck = testUnless(
  hasShellcheck ? undefined : "it is missing",
  "that the scripts for OpenWrt are as shellcheck wants them",
);
withShellcheck("the scripts are as shellcheck wants them; one that isn't is told", async (t) => {
  const folder = await temporaryFolder(t);
  const { plan } = await madeFor(t, "x86-64");
  await writeTree(await conventions(plan), folder);
  const folders = ["etc/init.d", "etc/uci-defaults", "etc/hotplug.d/iface", "etc/hotplug.d/net"];
  const scripts = (
    await Promise.all(
      folders.map(async (name) =>
        (await readdir(join(folder, name))).map((file) => join(folder, name, file)),
      ),
    )
  )
    .flat()
    .concat(join(folder, "usr/lib/halfbridge/prepare-ports"));
  // dash's dialect, with `local`, which ash has; they use functions of rc.common and functions.sh
  const check = (...files: string[]) =>
    spawnSync("shellcheck", ["--shell=dash", "--exclude=SC1091,SC2154", ...files], { encoding: "utf8" });
  t.like(check(...scripts), { status: 0, stdout: "" });
  const payload = (
    await readdir(join(projectRoot, "overlays/payload/usr"), { recursive: true, withFileTypes: true })
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  t.like(check(...payload), { status: 0, stdout: "" });
  const odd = join(folder, "odd");
  await writeFile(odd, "#!/bin/sh\nrm $1/*\n");
  t.not(check(odd).status, 0);
});
