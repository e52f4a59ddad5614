import test from "ava";
import { proxyConfiguration } from "../../build/payload/proxy-configuration.ts";
import { parseConfig } from "../../proxy/src/config.ts";
import { kinds, planOf, richSite } from "../setups.ts";

const { proxy } = richSite;

test("what a site says of its proxy gets to it, in its own words", (t) => {
  const config = proxyConfiguration(
    planOf({
      proxy: {
        ...proxy,
        hostCheck: "block",
        http: { upgrade: "block", h2c: "allow", notHttp: "allow", headKiB: 8 },
        tls: { withoutName: "block", ech: "block", notTls: "allow" },
        headTimeoutSeconds: 7,
        maxConnections: 100,
        maxConnectionsPerClient: 10,
        log: { format: "squid", KiB: 16, syslog: "10.1.2.9" },
        metricsPort: 9999,
      },
    }),
  );
  t.like(config, {
    resolvers: ["10.1.2.1"],
    hostCheck: "block",
    http: { upgrade: "block", h2c: "allow", notHttp: "allow", headBytes: 8192 },
    tls: { withoutName: "block", ech: "block", notTls: "allow" },
    headTimeoutMs: 7000,
    maxConnections: 100,
    maxConnectionsPerClient: 10,
    metrics: { addresses: ["0.0.0.0", "::"], port: 9999 },
  });
  t.like(config.log, { maxBytes: 16_384, access: { maxBytes: 16_384, format: "squid", syslog: "10.1.2.9" } });
});

test("nobody gets metrics, or the log, unless the site says so", (t) => {
  const { metricsPort: _, ...rest } = proxy;
  const config = proxyConfiguration(planOf({ proxy: { ...rest, log: { format: "json", KiB: 16 } } }));
  t.is(config.metrics, undefined);
  t.is(config.log.access?.syslog, undefined);
});

test("in every mode the proxy takes what is rendered for it, and knows where clients are neighbours", (t) => {
  for (const [name, kind] of Object.entries(kinds)) {
    const plan = planOf(kind);
    const text = JSON.stringify(proxyConfiguration(plan));
    t.deepEqual(parseConfig(text), JSON.parse(text), name);
    const onLink = plan.network.addresses.filter(({ peer }) => peer === undefined);
    t.deepEqual([...new Set(onLink.map(({ device }) => device))], [proxyConfiguration(plan).lanDevice], name);
  }
});
