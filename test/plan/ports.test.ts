import test from "ava";
import { kernelNeeds } from "../../build/plan/kernel.ts";
import { board, dialects, kinds, modelOf, richSite, twoLanPorts } from "../setups.ts";
import { scriptNames, setupOf } from "../payload/setup-files.ts";

/** Modes in which the LAN's port is one of the main bridge. */
const onBridge = (ports: readonly string[] | undefined) => ports?.includes("to-br1") ?? false;

test("several ports of the LAN are joined by a bridge, which stands for them where the LAN is routed", (t) => {
  for (const changes of [kinds["half-bridge"], kinds["proxy-arp"]]) {
    const { ports, join, bridge } = modelOf(changes ?? {}, twoLanPorts);
    t.deepEqual(ports, { isp: "eth0", lan: "br1" });
    t.deepEqual(join, { bridge: "br1", ports: ["eth1", "eth2"], cable: null });
    t.false(onBridge(bridge?.ports));
  }
});

test("where the LAN's port is one of the main bridge, a cable leads from one bridge to the other", (t) => {
  const changes = [
    kinds["bridge-broute"],
    kinds["bridge-dnat"],
    kinds["half-bridge-arp-bridge"],
    { ...kinds["half-bridge"], ipv6: { handling: "bridge" } as const },
  ];
  for (const each of changes) {
    const { ports, join, bridge } = modelOf(each ?? {}, twoLanPorts);
    t.deepEqual(ports, { isp: "eth0", lan: "to-br1" });
    t.deepEqual(join, { bridge: "br1", ports: ["eth1", "eth2"], cable: "to-br0" });
    t.deepEqual(bridge?.ports, ["eth0", "to-br1"]);
  }
});

test("one port of the LAN isn't joined to anything, be it alone or in a list", (t) => {
  const listed = { ...board, ports: { ...board.ports, lan: [{ name: "eth1" }] } };
  for (const changes of Object.values(kinds)) t.deepEqual(modelOf(changes, listed), modelOf(changes));
});

for (const [name, kind] of Object.entries(kinds)) {
  for (const dialect of dialects) {
    test(`${name} in ${dialect}: no rule is about the ports that are joined, and all are as for one port`, (t) => {
      const changes = { ...kind, dialect };
      const { lan } = modelOf(changes, twoLanPorts).ports;
      const [one, two] = [setupOf(changes), setupOf(changes, twoLanPorts)];
      const isOfJoining = (line: string) => /\b(eth[12]|br1|to-br[01])\b/.test(line) && !/^[-\t]/.test(line);
      for (const script of scriptNames.flatMap((each) => [`${each}.start`, `${each}.stop`])) {
        const rules = (text = "") => text.split("\n").filter((line) => !isOfJoining(line));
        t.deepEqual(
          rules(two.get(script)).map((line) => line.replaceAll(lan, "eth1")),
          rules(one.get(script)),
          script,
        );
      }
    });
  }
}

test("who sends to the MAC of the bridge that only joins isn't forwarded, whatever for", (t) => {
  const { settings } = modelOf({ mode: "bridge-broute" }, twoLanPorts);
  const keys = settings.map((setting) => (setting.kind === "sysctl" ? setting.key : ""));
  t.like(settings[keys.indexOf("net.ipv4.conf.br1.forwarding")], { value: "0" });
  t.like(settings[keys.indexOf("net.ipv6.conf.br1.disable_ipv6")], { value: "1" });
  t.true(keys.indexOf("net.ipv4.ip_forward") < keys.indexOf("net.ipv4.conf.br1.forwarding"));
  const started = setupOf({ mode: "bridge-broute" }, twoLanPorts).get("network.start") ?? "";
  t.regex(started, /^ip link set br1 arp off$/m);
  const routed = setupOf({ mode: "half-bridge" }, twoLanPorts);
  t.notRegex(routed.get("network.start") ?? "", /arp off/);
  t.notRegex(routed.get("settings") ?? "", /conf\/br1\/forwarding/);
});

test("packets that a card has put together are seen by no rule, whichever port it is of", (t) => {
  const features = (of: typeof board) =>
    modelOf(richSite, of).settings.flatMap((setting) => (setting.kind === "feature" ? setting.device : []));
  t.deepEqual(features(twoLanPorts), ["eth0", "eth1", "eth2"]);
  t.deepEqual(features(board), ["eth0", "eth1"]);
});

test("a cable needs a kernel module, on boards that may have one", (t) => {
  t.true(kernelNeeds(twoLanPorts).modules.network.includes("veth"));
  t.true(kernelNeeds(twoLanPorts).options.includes("VETH"));
  t.false(kernelNeeds(board).modules.network.includes("veth"));
});
