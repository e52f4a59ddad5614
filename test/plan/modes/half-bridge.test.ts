import test from "ava";
import type { Frames } from "../../../build/plan/network.ts";
import { modelOf } from "../../setups.ts";
import { verdictOf, type Frame } from "../frames.ts";

const answered = modelOf({ mode: "half-bridge", dialect: "legacy" });
const kernelAnswered = modelOf({ mode: "half-bridge", dialect: "nft" });
const bridged = modelOf({ mode: "half-bridge", arp: "bridge" });

const bridging = ({ frames }: { frames: Frames | null }, frame: Frame) =>
  frames === null ? "no bridge" : verdictOf(frames.bridging.rules, frames.bridging.otherwise, frame);
const request = (port: string, sender: string, target: string): Frame => ({
  port,
  addressedTo: "all",
  arp: { operation: "request", sender, target },
});
const tcp = (port: string, from: string, to: string, addressedTo: "host" | "other" = "host"): Frame => ({
  port,
  addressedTo,
  ip: { from, to, protocol: "tcp", sourcePort: 40_000, destinationPort: 80 },
});

test("the ISP's port is alone on the bridge", (t) => {
  for (const model of [answered, kernelAnswered]) t.deepEqual(model.bridge, { name: "br0", ports: ["eth0"] });
});

test("the ports have the overlapping addresses of the 2007 post, in both families", (t) => {
  t.deepEqual(
    answered.addresses.map(
      ({ device, local, peer, prefixLength }) =>
        `${local}${peer === undefined ? "" : ` to ${peer}`}/${prefixLength} ${device}`,
    ),
    [
      "10.1.2.2 to 10.1.2.1/32 eth0",
      "10.1.2.2/24 eth1",
      "2001:db8:1:2::2 to 2001:db8:1:2::1/128 eth0",
      "2001:db8:1:2::2/64 eth1",
    ],
  );
  t.deepEqual(
    answered.routes.map(({ to, via = "on", device }) => `${to} ${via} ${device}`),
    ["default 10.1.2.1 eth0", "2001:db8:1:2::1/128 on eth0", "default 2001:db8:1:2::1 eth0"],
  );
});

test("ARP requests from the ISP for clients stay on the bridge and are answered there", (t) => {
  t.is(bridging(answered, request("eth0", "10.1.2.1", "10.1.2.50")), "bridge");
  t.deepEqual(answered.frames?.arpReplies, [{ port: "eth0", targets: "10.1.2.0/24" }]);
});

test("ARP requests for the ISP's router, for strangers, probes and announcements are not answered", (t) => {
  t.is(bridging(answered, request("eth0", "10.1.2.50", "10.1.2.1")), "route");
  t.is(bridging(answered, request("eth0", "10.1.2.1", "192.0.2.7")), "route");
  t.is(bridging(answered, request("eth0", "0.0.0.0", "10.1.2.50")), "route");
  t.is(bridging(answered, request("eth0", "10.1.2.1", "10.1.2.1")), "route");
});

test("all other frames are routed", (t) => {
  for (const model of [answered, kernelAnswered]) {
    t.is(bridging(model, tcp("eth0", "203.0.113.80", "10.1.2.50")), "route");
    t.is(bridging(model, tcp("eth0", "2001:db8:9::80", "2001:db8:1:2::50")), "route");
    t.is(bridging(model, { port: "eth0", addressedTo: "all" }), "route"); // a broadcast of no known kind
  }
});

test("in nftables, which can't answer ARP, the kernel's proxy ARP does, on the ISP's port alone", (t) => {
  t.deepEqual(kernelAnswered.frames?.bridging.rules, []);
  t.deepEqual(kernelAnswered.frames?.arpReplies, []);
  const proxyArp = ({ settings }: typeof answered) =>
    settings.filter((setting) => setting.kind === "sysctl" && setting.key.endsWith(".proxy_arp"));
  t.deepEqual(proxyArp(kernelAnswered), [
    { kind: "sysctl", key: "net.ipv4.conf.eth0.proxy_arp", value: "1" },
  ]);
  t.deepEqual(proxyArp(answered), []);
});

test("on the LAN the router answers for the ISP's router and nobody else; on the ISP's side, IPv6 hosts of the LAN", (t) => {
  t.deepEqual(answered.neighbourProxies, [
    { address: "10.1.2.1", device: "eth1" },
    { address: "2001:db8:1:2::1", device: "eth1" },
  ]);
  t.deepEqual(answered.prefixProxies, [{ device: "eth0", behind: "eth1", prefix: "2001:db8:1:2::/64" }]);
});

test("without routed IPv6 there is nothing of IPv6 but that it is off", (t) => {
  const model = modelOf({ mode: "half-bridge", ipv6: { handling: "block" } });
  t.deepEqual(model.routed, ["ipv4"]);
  t.deepEqual(model.prefixProxies, []);
  t.deepEqual(model.neighbourProxies, [{ address: "10.1.2.1", device: "eth1" }]);
  t.true(model.addresses.every(({ family }) => family === "ipv4"));
  const ofIpv6 = model.settings.filter((setting) => setting.kind === "sysctl" && /ipv6/.test(setting.key));
  t.deepEqual(
    ofIpv6.map((setting) => (setting.kind === "sysctl" ? `${setting.key}=${setting.value}` : "")),
    ["all", "default", "eth0", "eth1", "br0"].map((name) => `net.ipv6.conf.${name}.disable_ipv6=1`),
  );
});

test("bridged IPv6 needs both ports on the bridge, crosses before anything else is asked, and is not captured", (t) => {
  const model = modelOf({ mode: "half-bridge", ipv6: { handling: "bridge" } });
  t.deepEqual(model.bridge?.ports, ["eth0", "eth1"]);
  t.is(bridging(model, tcp("eth1", "2001:db8:1:2::50", "2001:db8:9::80", "other")), "bridge");
  t.is(bridging(model, tcp("eth1", "10.1.2.50", "203.0.113.80")), "route");
  t.is(bridging(model, request("eth0", "10.1.2.1", "10.1.2.50")), "bridge");
  t.is(bridging(model, request("eth1", "10.1.2.50", "10.1.2.51")), "route");
  t.deepEqual(model.capture.families, ["ipv4"]);
});

test("where ARP crosses, both ports are on the bridge, and nobody answers for others", (t) => {
  t.deepEqual(bridged.bridge?.ports, ["eth0", "eth1"]);
  t.deepEqual(bridged.frames?.arpReplies, []);
  t.deepEqual(bridged.neighbourProxies, []);
  t.deepEqual(bridged.prefixProxies, []);
  t.false(bridged.settings.some((setting) => setting.kind === "sysctl" && /proxy_/.test(setting.key)));
});

test("where ARP crosses, the others ask each other, and the router is asked on each of its ports", (t) => {
  t.is(bridging(bridged, request("eth0", "10.1.2.1", "10.1.2.50")), "bridge");
  t.is(bridging(bridged, request("eth1", "10.1.2.50", "10.1.2.1")), "bridge");
  t.is(bridging(bridged, request("eth1", "10.1.2.50", "10.1.2.2")), "route");
  const reply = { operation: "reply", sender: "10.1.2.50", target: "10.1.2.2" } as const;
  t.is(bridging(bridged, { port: "eth1", addressedTo: "host", arp: reply }), "route");
  t.is(bridging(bridged, { port: "eth1", addressedTo: "other", arp: reply }), "bridge");
});

test("where ARP crosses, so does neighbour discovery, but for the router's own", (t) => {
  const solicitation = (to: string, addressedTo: Frame["addressedTo"] = "all"): Frame => ({
    port: "eth1",
    addressedTo,
    ip: { from: "2001:db8:1:2::50", to, protocol: "neighbour" },
  });
  t.is(bridging(bridged, solicitation("ff02::1:ff00:1")), "bridge");
  t.is(bridging(bridged, solicitation("ff02::1:ff00:2")), "route");
  t.is(bridging(bridged, solicitation("2001:db8:1:2::1", "other")), "bridge");
  t.is(bridging(bridged, solicitation("2001:db8:1:2::2", "host")), "route");
});

test("where ARP crosses, all else is routed, to whosever MAC it goes, and broadcasts don't cross", (t) => {
  t.is(bridging(bridged, tcp("eth1", "10.1.2.50", "203.0.113.80", "other")), "take");
  t.is(bridging(bridged, tcp("eth0", "203.0.113.80", "10.1.2.50", "other")), "take");
  t.is(bridging(bridged, tcp("eth1", "10.1.2.50", "203.0.113.80", "host")), "route");
  t.is(bridging(bridged, { port: "eth1", addressedTo: "all" }), "route"); // DHCP, say
});

test("frames are not captured one by one: all of them are routed", (t) => {
  for (const model of [answered, kernelAnswered, bridged]) {
    t.deepEqual(model.frames?.capture.rules, []);
    t.false(model.frames?.marksSides);
    t.deepEqual(model.arrivals, { isp: [{ device: "eth0" }], lan: [{ device: "eth1" }] });
    t.is(model.uplink, "eth0");
  }
});
