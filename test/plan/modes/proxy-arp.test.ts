import test from "ava";
import { modelOf } from "../../setups.ts";

const model = modelOf({ mode: "proxy-arp" });
const values = (settings: typeof model.settings) =>
  new Map(settings.flatMap((setting) => (setting.kind === "sysctl" ? [[setting.key, setting.value]] : [])));

test("there is no bridge, and nothing of a bridge is set", (t) => {
  t.is(model.bridge, null);
  t.is(model.frames, null);
  t.false([...values(model.settings).keys()].some((key) => /bridge|br0/.test(key)));
});

test("the addresses, routes and arrivals are those of the half bridge", (t) => {
  const { addresses, routes, arrivals, uplink, guard } = modelOf({ mode: "half-bridge" });
  t.like(model, { addresses, routes, arrivals, uplink, guard });
});

test("ARP is answered for all of the LAN on the ISP's port, and for the ISP's router alone on the LAN's", (t) => {
  t.is(values(model.settings).get("net.ipv4.conf.eth0.proxy_arp"), "1");
  t.false(values(model.settings).has("net.ipv4.conf.eth1.proxy_arp"));
  t.deepEqual(
    model.neighbourProxies.map(({ address, device }) => `${address} ${device}`),
    ["10.1.2.1 eth1", "2001:db8:1:2::1 eth1"],
  );
});

test("answers for others come at once", (t) => {
  for (const port of ["eth0", "eth1"]) {
    t.is(values(model.settings).get(`net.ipv4.neigh.${port}.proxy_delay`), "0");
    t.is(values(model.settings).get(`net.ipv6.neigh.${port}.proxy_delay`), "0");
    t.is(values(model.settings).get(`net.ipv6.conf.${port}.proxy_ndp`), "1");
  }
});

test("neighbours are answered for in IPv6 only if it is routed", (t) => {
  t.deepEqual(model.prefixProxies, [{ device: "eth0", behind: "eth1", prefix: "2001:db8:1:2::/64" }]);
  const blocked = modelOf({ mode: "proxy-arp", ipv6: { handling: "block" } });
  t.deepEqual(blocked.prefixProxies, []);
  t.false([...values(blocked.settings).keys()].some((key) => key.includes("proxy_ndp")));
});
