import test from "ava";
import { parseConfig, type ProxyConfig } from "../../proxy/src/config.ts";
import { quickConfig } from "./loopback-lab.ts";

const valid: ProxyConfig = {
  ...quickConfig,
  listeners: [
    { kind: "transparent", address: "0.0.0.0", port: 3129 },
    { kind: "transparent", address: "::", port: 3129 },
    { kind: "explicit", address: "10.1.2.2", port: 3128 },
    { kind: "explicit", address: "2001:db8::2", port: 3128 },
  ],
  ready: "/run/halfbridge/proxy.ready",
  log: {
    file: "/var/log/halfbridge/proxy.log",
    maxBytes: 4096,
    access: { file: "/var/log/halfbridge/access.log", maxBytes: 8192, format: "squid", syslog: "10.1.2.9" },
  },
  metrics: { addresses: ["10.1.2.2", "2001:db8::2"], port: 9130 },
  control: "/run/halfbridge/proxy/control.sock",
};
const parse = (value: unknown) => parseConfig(JSON.stringify(value));

test("a whole configuration is taken as it is", (t) => {
  t.deepEqual(parse(valid), valid);
});

test("nobody needs to be told when it is ready, nor to ask it anything", (t) => {
  const { ready: _, metrics: __, control: ___, ...rest } = valid;
  t.deepEqual(parse(rest), rest);
  const log = { file: "/var/log/halfbridge/proxy.log", maxBytes: 4096 };
  t.deepEqual(parse({ ...rest, log }), { ...rest, log });
});

test("every fault is found in one go, with where it is", (t) => {
  const { mark: _, ...rest } = valid;
  const broken = {
    ...rest,
    listeners: [{ kind: "opaque", address: "fe80::1%lan", port: 0, backlog: 5 }, "0.0.0.0:3129"],
    originSees: "nobody",
    self: ["10.1.2.2", "router"],
    ports: [{ port: 80 }, { port: 65_536, carries: "ftp" }],
    ready: "proxy.ready",
    idleTimeoutMs: 1.5,
    headTimeoutMs: 0,
    maxConnectionsPerClient: "many",
    resolvers: ["resolver.example"],
    hostCheck: "deny",
    http: { ...rest.http, h2c: "judge", headBytes: 512 },
    tls: { withoutName: "allow", ech: "allow" },
    log: {
      file: "proxy.log",
      maxBytes: 10,
      access: { file: "/a", maxBytes: 4096, format: "clf", syslog: "" },
    },
    metrics: { addresses: [], port: 9130 },
    control: "control.sock",
    lanDevice: "../lan",
    policy: { ...rest.policy, default: "deny" },
    idleTimeout: 5,
  };
  const address = "must be an IP address without a zone (example: 10.1.2.2 or 2001:db8::2)";
  t.deepEqual(parse(broken), [
    { path: "/listeners/0/kind", fact: "must be one of: transparent, explicit" },
    { path: "/listeners/0/address", fact: address },
    { path: "/listeners/0/port", fact: "must be a whole number from 1 to 65535" },
    { path: "/listeners/0/backlog", fact: "is not known" },
    { path: "/listeners/1", fact: "must be an object" },
    { path: "/originSees", fact: "must be one of: client, router" },
    { path: "/mark", fact: "is missing" },
    { path: "/self/1", fact: address },
    { path: "/ports/0/carries", fact: "is missing" },
    { path: "/ports/1/port", fact: "must be a whole number from 1 to 65535" },
    { path: "/ports/1/carries", fact: "must be one of: http, tls, raw" },
    { path: "/ready", fact: "must be an absolute path of a file" },
    { path: "/idleTimeoutMs", fact: "must be a whole number from 1 to 86400000" },
    { path: "/headTimeoutMs", fact: "must be a whole number from 1 to 86400000" },
    { path: "/maxConnectionsPerClient", fact: "must be a whole number from 1 to 1000000" },
    { path: "/resolvers/0", fact: address },
    { path: "/hostCheck", fact: "must be one of: off, log, block" },
    { path: "/http/h2c", fact: "must be one of: allow, block" },
    { path: "/http/headBytes", fact: "must be a whole number from 4096 to 262144" },
    { path: "/tls/ech", fact: "must be one of: judge, block" },
    { path: "/tls/notTls", fact: "is missing" },
    { path: "/log/file", fact: "must be an absolute path of a file" },
    { path: "/log/maxBytes", fact: "must be a whole number from 4096 to 1073741824" },
    { path: "/log/access/format", fact: "must be one of: json, squid" },
    { path: "/log/access/syslog", fact: address },
    { path: "/policy/default", fact: "must be one of: allow, block" },
    { path: "/metrics/addresses", fact: "must not be empty" },
    { path: "/control", fact: "must be an absolute path of a file" },
    { path: "/lanDevice", fact: "must be the name of a network device" },
    { path: "/idleTimeout", fact: "is not known" },
  ]);
});

test("a proxy without a listener or a port is none", (t) => {
  t.deepEqual(parse({ ...valid, listeners: [], ports: [] }), [
    { path: "/listeners", fact: "must not be empty" },
    { path: "/ports", fact: "must not be empty" },
  ]);
  t.deepEqual(parse({ ...valid, listeners: undefined }), [{ path: "/listeners", fact: "is missing" }]);
});

test("what is there twice is said to be so, however it is written", (t) => {
  const listeners = [
    { kind: "transparent", address: "0.0.0.0", port: 3129 },
    { kind: "transparent", address: "::", port: 3129 },
    { kind: "explicit", address: "10.1.2.2", port: 3129 },
    { kind: "explicit", address: "2001:db8::2", port: 3128 },
    { kind: "explicit", address: "2001:DB8:0::2", port: 3128 },
  ];
  const ports = [...valid.ports, { port: 80, carries: "raw" }];
  t.deepEqual(parse({ ...valid, listeners, ports }), [
    { path: "/listeners/2", fact: "has the address and port of entry 0" },
    { path: "/listeners/4", fact: "has the address and port of entry 3" },
    { path: "/ports/3", fact: "has the port of entry 0" },
  ]);
});

test("what is no object, or no JSON, is said to be so", (t) => {
  t.deepEqual(parse([]), [{ path: "", fact: "must be an object" }]);
  t.deepEqual(parse({ ...valid, log: null }), [{ path: "/log", fact: "must be an object" }]);
  t.like(parseConfig("{"), [{ path: "" }]);
});
