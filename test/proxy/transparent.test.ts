import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { bundleProxy, proxyBundleName } from "../../build/payload/bundle-proxy.ts";
import { hostArchitecture } from "../../build/debian/architectures.ts";
import { compileAddon } from "../../build/payload/compile-addon.ts";
import { hostCompiler } from "../payload/host-compiler.ts";
import type { ProxyConfig } from "../../proxy/src/config.ts";
import type { Findings } from "./three-namespaces.ts";
import { quickConfig, type LogEvent } from "./loopback-lab.ts";

// Not node_modules/.bin, which has another `nft`.
const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";
const intoNamespace = ["--user", "--map-root-user", "--net", "--kill-child"];
const missing = findMissing();
const withNamespaces = missing === undefined ? test : test.skip;
if (missing !== undefined) {
  process.stderr.write(`\nNOT TESTED: the proxy behind real TPROXY rules, because ${missing}\n\n`);
}

withNamespaces(
  "behind TPROXY the bundle relays with the client's own address, and knows what it must not dial",
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "halfbridge-proxy-"));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const config: ProxyConfig = {
      ...quickConfig,
      listen: { address: "0.0.0.0", port: 3129 },
      connectTimeoutMs: 300,
      log: { file: join(folder, "log", "proxy.log"), maxBytes: 65_536 },
    };
    writeFileSync(join(folder, "proxy.json"), JSON.stringify(config));
    writeFileSync(join(folder, proxyBundleName), await bundleProxy());
    const compiler = hostCompiler(hostArchitecture());
    if (compiler === undefined) throw new Error("gcc is missing");
    await compileAddon(compiler, join(folder, "transparent.node"));

    const inside = join(import.meta.dirname, "three-namespaces.ts");
    const argv = [...intoNamespace, process.execPath, inside, folder, join(folder, "proxy.json")];
    const findings: Findings = JSON.parse(
      execFileSync("unshare", argv, { encoding: "utf8", timeout: 20_000, env: { PATH: systemPath } }),
    );
    t.deepEqual(findings.answers, {
      origin: "you are 10.1.2.50",
      closed: "ECONNRESET",
      silent: "ECONNRESET",
      unreachable: "ECONNRESET",
      router: "ECONNRESET",
      proxy: "ECONNRESET",
    });
    t.is(findings.ordinaryBind, "EADDRNOTAVAIL", "control: without the addon that address can't be used");
    t.is(findings.exitCode, 0);

    const log = findings.log.trim().split("\n");
    t.deepEqual(
      log,
      readFileSync(config.log.file, "utf8").trim().split("\n"),
      "console and file say the same",
    );
    const events = log.map((line): LogEvent => JSON.parse(line));
    t.like(events[0], { event: "listening", address: "0.0.0.0", port: 3129 });
    t.like(events[1], {
      destination: "203.0.113.80:80",
      request: { method: "GET", url: "http://example.org/page" },
      ended: "closed",
    });
    t.regex(String(events[1]?.["client"]), /^10\.1\.2\.50:/);
    t.deepEqual(
      events.slice(2).map(({ event, ended, destination }) => ({ event, ended, destination })),
      [
        { event: "connection", ended: "refused", destination: "203.0.113.80:81" },
        { event: "connection", ended: "connect-timeout", destination: "203.0.113.99:80" },
        { event: "connection", ended: "unreachable", destination: "198.51.100.1:80" },
        { event: "loop", ended: undefined, destination: "10.1.2.2:80" },
        { event: "loop", ended: undefined, destination: "10.1.2.2:3129" },
        { event: "stopping", ended: undefined, destination: undefined },
        { event: "stopped", ended: undefined, destination: undefined },
      ],
    );
  },
);

/** Why there can be no namespaces with TPROXY rules on this machine, or undefined. */
function findMissing(): string | undefined {
  const script = `
    nft -f - <<end || exit 3
      table ip t { chain c { type filter hook prerouting priority mangle; tcp dport 80 tproxy to :3129; }; }
end
    for tool in ip nsenter; do command -v $tool || exit 4; done`;
  const argv = [...intoNamespace, "sh", "-c", script];
  const { status, stderr, error } = spawnSync("unshare", argv, {
    encoding: "utf8",
    env: { PATH: systemPath },
  });
  if (status === 0) return undefined;
  return `unshare, ip, nsenter, nft or the kernel's TPROXY is not to be had here: ${error?.message ?? stderr.trim()}`;
}
