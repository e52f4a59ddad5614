import test from "ava";
import { parseConfig, type ProxyConfig } from "../../proxy/src/config.ts";
import { quickConfig } from "./loopback-lab.ts";

const valid: ProxyConfig = { ...quickConfig, listen: { address: "0.0.0.0", port: 3129 } };
const parse = (value: unknown) => parseConfig(JSON.stringify(value));

test("a whole configuration is taken as it is", (t) => {
  t.deepEqual(parse(valid), valid);
});

test("every fault is found in one go, with where it is", (t) => {
  const { mark: _, ...rest } = valid;
  const broken = {
    ...rest,
    listen: { address: "::0", port: 0 },
    self: ["10.1.2.2", "router"],
    idleTimeoutMs: 1.5,
    log: { file: "proxy.log", maxBytes: 10 },
    idleTimeout: 5,
  };
  t.deepEqual(parse(broken), [
    { path: "/listen/address", fact: "must be in its shortest form (::)" },
    { path: "/listen/port", fact: "must be a whole number from 1 to 65535" },
    { path: "/mark", fact: "is missing" },
    { path: "/self", fact: "entry 1 must be an IP address (example: 10.1.2.2)" },
    { path: "/idleTimeoutMs", fact: "must be a whole number from 1 to 86400000" },
    { path: "/log/file", fact: "must be an absolute path of a file" },
    { path: "/log/maxBytes", fact: "must be a whole number from 4096 to 1073741824" },
    { path: "/idleTimeout", fact: "is not known" },
  ]);
});

test("what is no object, or no JSON, is said to be so", (t) => {
  t.deepEqual(parse([]), [{ path: "", fact: "must be an object" }]);
  t.deepEqual(parse({ ...valid, log: null }), [{ path: "/log", fact: "must be an object" }]);
  t.like(parseConfig("{"), [{ path: "" }]);
});
