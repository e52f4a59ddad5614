import test from "ava";
import { commonSettings } from "../../../../build/plan/modes/parts/settings.ts";
import { kinds, modelOf, richSite } from "../../../setups.ts";

const keysOf = (settings: ReturnType<typeof commonSettings>) =>
  settings.flatMap((setting) => (setting.kind === "sysctl" ? [`${setting.key}=${setting.value}`] : []));

test("forwarding comes first in every mode, because the kernel resets other settings when it changes", (t) => {
  for (const [name, kind] of Object.entries(kinds))
    t.deepEqual(modelOf(kind).settings[0], { kind: "sysctl", key: "net.ipv4.ip_forward", value: "1" }, name);
});

test("reverse-path filters are off and redirects aren't sent, on every device that is routed between", (t) => {
  const keys = keysOf(commonSettings(richSite, { ports: { isp: "eth0", lan: "eth1" } }, "br0"));
  for (const name of ["all", "default", "eth0", "eth1", "br0"]) {
    t.true(keys.includes(`net.ipv4.conf.${name}.rp_filter=0`), name);
    t.true(keys.includes(`net.ipv4.conf.${name}.send_redirects=0`), name);
  }
});

test("no setting is there twice", (t) => {
  for (const [name, kind] of Object.entries(kinds)) {
    const keys = modelOf(kind).settings.map((setting) => JSON.stringify({ ...setting, value: undefined }));
    t.is(new Set(keys).size, keys.length, name);
  }
});

test("routed IPv6 is forwarded and takes its addresses and routes from the site alone", (t) => {
  const keys = keysOf(commonSettings(richSite, { ports: { isp: "eth0", lan: "eth1" } }, null));
  t.true(keys.includes("net.ipv6.conf.all.forwarding=1"));
  t.true(keys.includes("net.ipv6.conf.eth0.disable_ipv6=0"));
  t.true(keys.includes("net.ipv6.conf.eth0.accept_ra=0"));
});

test("IPv6 that is blocked or only bridged is off on the router itself, and isn't forwarded", (t) => {
  for (const handling of ["block", "bridge"] as const) {
    const keys = keysOf(
      commonSettings({ ...richSite, ipv6: { handling } }, { ports: { isp: "eth0", lan: "eth1" } }, "br0"),
    );
    t.true(keys.includes("net.ipv6.conf.all.disable_ipv6=1"), handling);
    t.false(
      keys.some((key) => key.includes("forwarding")),
      handling,
    );
  }
});

test("what goes past the rules is turned off or told: bridged packets in iptables, fraglist GRO, flow tables", (t) => {
  const settings = commonSettings(richSite, { ports: { isp: "eth0", lan: "eth1" } }, "br0");
  for (const name of ["iptables", "ip6tables", "arptables"])
    t.true(keysOf(settings).includes(`net.bridge.bridge-nf-call-${name}=0`));
  for (const device of ["eth0", "eth1"])
    t.true(
      settings.some(
        (setting) =>
          setting.kind === "feature" && setting.device === device && setting.name === "rx-gro-list",
      ),
    );
  t.true(settings.some((setting) => setting.kind === "unused" && setting.module === "nf_flow_table"));
});
