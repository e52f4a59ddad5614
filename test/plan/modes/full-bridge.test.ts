/** The two modes whose bridge has both ports: what they share, and the one thing that they don't. */
import test from "ava";
import type { Site } from "../../../build/config/site.ts";
import { marks, type NetworkModel } from "../../../build/plan/network.ts";
import { modelOf, richSite } from "../../setups.ts";
import { verdictOf, type Frame } from "../frames.ts";

const modes = ["bridge-broute", "bridge-dnat"] as const;
const models = modes.map((mode) => [mode, modelOf({ mode })] as const);

const capturing = ({ frames }: NetworkModel, frame: Frame) =>
  frames === null ? "no bridge" : verdictOf(frames.capture.rules, "bridge", frame);

type Ip = NonNullable<Frame["ip"]>;
const fromClient = (to: string, destinationPort: number, more: Partial<Ip> = {}): Frame => ({
  port: "eth1",
  ip: {
    from: to.includes(":") ? "2001:db8:1:2::50" : "10.1.2.50",
    to,
    protocol: "tcp",
    sourcePort: 40_000,
    destinationPort,
    ...more,
  },
});
const fromOrigin = (from: string, sourcePort: number, more: Partial<Ip> = {}): Frame => ({
  port: "eth0",
  ip: {
    from,
    to: from.includes(":") ? "2001:db8:1:2::50" : "10.1.2.50",
    protocol: "tcp",
    sourcePort,
    destinationPort: 40_000,
    ...more,
  },
});

for (const [mode, model] of models) {
  test(`${mode}: both ports are on the bridge, which has the addresses and the route`, (t) => {
    t.deepEqual(model.bridge, { name: "br0", ports: ["eth0", "eth1"] });
    t.deepEqual(
      model.addresses.map(({ device, local, peer, prefixLength }) => [device, local, peer, prefixLength]),
      [
        ["br0", "10.1.2.2", undefined, 24],
        ["br0", "2001:db8:1:2::2", undefined, 64],
      ],
    );
    t.true(model.routes.every(({ device }) => device === "br0"));
    t.is(model.uplink, "br0");
  });

  test(`${mode}: without capture nothing leaves the bridge, and nobody answers for others`, (t) => {
    t.deepEqual(model.frames?.bridging, { rules: [], otherwise: "bridge" });
    t.deepEqual(model.frames?.arpReplies, []);
    t.deepEqual(model.neighbourProxies, []);
    t.deepEqual(model.prefixProxies, []);
  });

  test(`${mode}: clients' TCP to captured ports is taken, in both families, and no other`, (t) => {
    for (const to of ["203.0.113.80", "2001:db8:9::80"]) {
      for (const port of [80, 443, 2222]) t.is(capturing(model, fromClient(to, port)), "take");
      t.is(capturing(model, fromClient(to, 22)), "bridge");
      t.is(capturing(model, fromClient(to, 53, { protocol: "udp" })), "bridge");
      t.is(capturing(model, fromClient(to, 80, { protocol: "udp" })), "bridge");
    }
    t.is(
      capturing(model, {
        port: "eth1",
        arp: { operation: "request", sender: "10.1.2.50", target: "10.1.2.1" },
      }),
      "bridge",
    );
    t.is(capturing(model, { port: "eth1" }), "bridge"); // neither ARP nor IP: VLAN-tagged, say
  });

  test(`${mode}: origins' answers are taken by their source port, on the ISP's port only`, (t) => {
    t.is(capturing(model, fromOrigin("203.0.113.80", 443)), "take");
    t.is(capturing(model, fromOrigin("2001:db8:9::80", 443)), "take");
    t.is(capturing(model, fromOrigin("203.0.113.80", 22)), "bridge");
    t.is(capturing(model, { ...fromOrigin("203.0.113.80", 443), port: "eth1" }), "bridge");
    t.is(capturing(model, { ...fromClient("203.0.113.80", 443), port: "eth0" }), "bridge");
  });

  test(`${mode}: TCP within the LAN is left alone, but the ISP's router is beyond it`, (t) => {
    t.is(capturing(model, fromClient("10.1.2.51", 80)), "bridge");
    t.is(capturing(model, fromClient("2001:db8:1:2::51", 80)), "bridge");
    t.is(capturing(model, fromClient("10.1.2.1", 80)), "take");
    t.is(capturing(model, fromClient("10.1.2.1", 22)), "bridge");
  });

  test(`${mode}: the exempt are left alone in both directions, fragments and QUIC included`, (t) => {
    t.is(capturing(model, fromClient("203.0.113.80", 80, { from: "10.1.2.9" })), "bridge");
    t.is(capturing(model, fromClient("10.1.2.1", 80, { from: "10.1.2.9" })), "bridge");
    t.is(capturing(model, fromClient("198.51.100.7", 443)), "bridge");
    t.is(capturing(model, fromClient("198.51.100.7", 443, { protocol: "udp" })), "bridge");
    t.is(capturing(model, fromClient("198.51.100.7", 443, { fragment: true })), "bridge");
    t.is(capturing(model, fromOrigin("203.0.113.80", 80, { to: "10.1.2.9" })), "bridge");
    t.is(capturing(model, fromOrigin("198.51.100.7", 80)), "bridge");
  });

  test(`${mode}: parts of fragmented TCP are taken on both ports, whatever the ports that they don't show`, (t) => {
    const part = { port: "eth1", ip: { from: "10.1.2.50", to: "203.0.113.80", fragment: true } } as const;
    t.is(capturing(model, { ...part, ip: { ...part.ip, protocol: "tcp" } }), "take");
    t.is(capturing(model, { ...part, ip: { ...part.ip, protocol: "udp" } }), "bridge");
    t.is(capturing(model, { ...part, port: "eth0", ip: { ...part.ip, protocol: "tcp" } }), "take");
    t.is(capturing(model, { ...part, ip: { ...part.ip, to: "10.1.2.51", protocol: "tcp" } }), "bridge");
  });

  test(`${mode}: QUIC is taken, to be rejected, only if the clients' TCP 443 is captured`, (t) => {
    const quic = fromClient("203.0.113.80", 443, { protocol: "udp" });
    t.is(capturing(model, quic), "take");
    const without443 = { mode, capture: richSite.capture.filter(({ port }) => port !== 443) };
    t.is(capturing(modelOf(without443), quic), "bridge");
    const asked = { mode, transparency: { client: false, server: true } };
    t.is(capturing(modelOf(asked), quic), "bridge");
  });

  test(`${mode}: each switch brings its own direction, and with both off nothing is captured`, (t) => {
    const after = (client: boolean, server: boolean) => {
      const switched = modelOf({ mode, transparency: { client, server } });
      return [
        capturing(switched, fromClient("203.0.113.80", 80)),
        capturing(switched, fromOrigin("203.0.113.80", 80)),
        switched.frames?.capture.rules.length === 0,
      ];
    };
    t.deepEqual(after(true, true), ["take", "take", false]);
    t.deepEqual(after(true, false), ["take", "bridge", false]);
    t.deepEqual(after(false, true), ["bridge", "take", false]);
    t.deepEqual(after(false, false), ["bridge", "bridge", true]);
  });

  test(`${mode}: IPv6 is refused on the bridge if it is blocked, and only then`, (t) => {
    const refused = (ipv6: Site["ipv6"]) => modelOf({ mode, ipv6 }).frames?.refused;
    t.deepEqual(refused({ handling: "block" }), ["ipv6"]);
    t.deepEqual(refused({ handling: "bridge" }), []);
    t.deepEqual(refused(richSite.ipv6), []);
  });

  test(`${mode}: IPv6 that isn't routed is never taken`, (t) => {
    for (const handling of ["block", "bridge"] as const) {
      const model4 = modelOf({ mode, ipv6: { handling } });
      t.is(capturing(model4, fromClient("2001:db8:9::80", 80)), "bridge");
      t.true(model4.frames?.capture.rules.every(({ match }) => match.ip?.family === "ipv4"));
      t.deepEqual(model4.routed, ["ipv4"]);
    }
  });

  test(`${mode}: the bridge's own settings are there, and nothing that answers for others`, (t) => {
    const keys = model.settings.map((setting) => (setting.kind === "sysctl" ? setting.key : ""));
    t.true(keys.includes("net.ipv4.conf.br0.rp_filter"));
    t.true(keys.includes("net.bridge.bridge-nf-call-iptables"));
    t.false(keys.some((key) => /proxy_(arp|ndp|delay)/.test(key)));
  });
}

test("frames arrive on the bridge by their side's mark, and on their ports, brouted or as one comes up", (t) => {
  const marked = (side: "isp" | "lan") => ({ device: "br0", mark: marks[side] });
  const [[, broute], [, dnat]] = models as [(typeof models)[number], (typeof models)[number]];
  for (const { arrivals } of [broute, dnat]) {
    t.deepEqual(arrivals, {
      isp: [{ device: "eth0" }, marked("isp")],
      lan: [{ device: "eth1" }, marked("lan")],
    });
  }
  t.true(broute.frames?.marksSides && dnat.frames?.marksSides);
});

test("the two differ in how frames are taken, and in nothing else", (t) => {
  const [broute, dnat] = models.map(([, model]) => structuredClone(model)) as [NetworkModel, NetworkModel];
  t.is(broute.frames?.capture.take, "broute");
  t.is(dnat.frames?.capture.take, "dnat");
  const alike = ({ frames, ...model }: NetworkModel) => ({
    ...model,
    frames: { ...frames, capture: { ...frames?.capture, take: null } },
  });
  t.deepEqual(alike(broute), alike(dnat));
});
