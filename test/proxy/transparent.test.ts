import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { bundleProgram } from "../../build/payload/bundle.ts";
import { testUnless } from "../test-unless.ts";
import type { ProxyConfig } from "../../proxy/src/config.ts";
import type { Findings } from "./three-namespaces.ts";
import { quickConfig, type LogEvent } from "./loopback-lab.ts";
import { hostAddon } from "./native/engine-addon.ts";

// Not node_modules/.bin, which has another `nft`.
const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";
const intoNamespace = ["--user", "--map-root-user", "--net", "--kill-child"];
const withNamespaces = testUnless(findMissing(), "the proxy behind real TPROXY rules");

for (const [engine, originSees] of [
  ["native", "client"],
  ["native", "router"],
  ["javascript", "client"],
] as const) {
  const [seen, seen6] =
    originSees === "client" ? ["10.1.2.50", "2001:db8:1::50"] : ["203.0.113.1", "2001:db8:2::1"];
  withNamespaces(
    `${engine}: behind TPROXY and as an explicit proxy, the bundle shows the ${originSees} to origins, and knows what it must not dial`,
    async (t) => {
      const { findings, config } = await tryRouter(t, engine, originSees);
      t.deepEqual(findings.answers, {
        origin: `you are ::ffff:${seen}`,
        closed: "ECONNRESET",
        silent: "ECONNRESET",
        unreachable: "ECONNRESET",
        router: "ECONNRESET",
        proxy: "ECONNRESET",
        origin6: `you are ${seen6}`,
        closed6: "ECONNRESET",
        router6: "ECONNRESET",
        explicit: `you are ::ffff:${seen}`,
        tunnel: `you are ::ffff:${seen}`,
        explicitClosed: "203.0.113.80 can't be reached (ECONNREFUSED).",
        explicitSelf: "10.1.2.2 is this router itself.",
        explicitLocalhost: "localhost is this router itself.",
        explicitOther: "Port 82 is not one of this proxy's.",
        explicit6: `you are ${seen6}`,
        tunnel6: `you are ${seen6}`,
        explicit4to6:
          originSees === "router"
            ? `you are ${seen6}`
            : "2001:db8:2::80 can't be connected to from an IPv4 address.",
      });
      t.is(findings.ordinaryBind, "EADDRNOTAVAIL", "control: without the addon that address can't be used");
      t.is(findings.exitCode, 0);
      t.is(readFileSync(config.ready ?? "", "utf8"), "listening\n");

      const log = findings.log.trim().split("\n");
      const inFile = readFileSync(config.log.file, "utf8").trim().split("\n");
      t.deepEqual(log, inFile, "console and file say the same");
      const events = log.map((line): LogEvent => JSON.parse(line));
      t.deepEqual(
        events.map(({ event }) => event),
        [
          "policy",
          ...(engine === "javascript" ? ["engine"] : []),
          "listening",
          "policy",
          "stopping",
          "stopped",
        ],
      );
      t.like(
        events.find(({ event }) => event === "listening"),
        { listeners: config.listeners },
      );

      const { health, why, metrics, reloaded } = findings.operation;
      t.is(health, "healthy\n");
      t.regex(why, /^allowed: no rule fits/);
      t.regex(metrics, /^halfbridge_connections_accepted_total 6$/m);
      t.regex(metrics, /^halfbridge_requests_total\{verdict="refused",status="4xx"\} [1-9]/m);
      t.regex(reloaded, /"event":"policy","rules":0/, "after SIGHUP");

      const accessLog = readFileSync(config.log.access?.file ?? "", "utf8").trim();
      // The native engine hands its records over some at a time, the explicit listener at once.
      const records = accessLog
        .split("\n")
        .map((line): LogEvent => JSON.parse(line))
        .sort((one, other) => String(one["time"]).localeCompare(String(other["time"])));
      t.like(records[0], {
        destination: "203.0.113.80:80",
        method: "GET",
        url: "http://example.org/page",
        ended: "closed",
      });
      t.regex(String(records[0]?.["client"]), /^10\.1\.2\.50:/);
      const lines = records
        .slice(1)
        .map(({ rule, ended, destination = "-", url = "-" }) => [rule ?? ended, destination, url].join(" "));
      t.deepEqual(lines, [
        "refused 203.0.113.80:81 http://example.org/page",
        "connect-timeout 203.0.113.99:80 http://example.org/page",
        "unreachable 198.51.100.1:80 http://example.org/page",
        "loop 10.1.2.2:80 -",
        "loop 10.1.2.2:3129 -",
        "closed [2001:db8:2::80]:80 http://example.org/page",
        "refused [2001:db8:2::80]:81 http://example.org/page",
        "loop [2001:db8:1::2]:80 -",
        "closed 203.0.113.80:80 http://203.0.113.80/page",
        "closed 203.0.113.80:80 http://x/page",
        "refused - http://203.0.113.80:81/",
        "loop - http://10.1.2.2/",
        "loop - http://localhost/",
        "forbidden-port - http://203.0.113.80:82/",
        "closed [2001:db8:2::80]:80 http://[2001:db8:2::80]/page",
        "closed [2001:db8:2::80]:80 http://x/page",
        originSees === "router"
          ? "closed [2001:db8:2::80]:80 http://[2001:db8:2::80]/page"
          : "no-address - http://[2001:db8:2::80]/page",
      ]);
    },
  );
}

async function tryRouter(
  t: ExecutionContext,
  engine: "native" | "javascript",
  originSees: ProxyConfig["originSees"],
): Promise<{ findings: Findings; config: ProxyConfig }> {
  const folder = mkdtempSync(join(tmpdir(), "halfbridge-proxy-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const config: ProxyConfig = {
    ...quickConfig,
    listeners: [
      { kind: "transparent", address: "0.0.0.0", port: 3129 },
      { kind: "transparent", address: "::", port: 3129 },
      { kind: "explicit", address: "10.1.2.2", port: 3128 },
      { kind: "explicit", address: "2001:db8:1::2", port: 3128 },
    ],
    originSees,
    self: ["10.1.2.2", "2001:db8:1::2", "203.0.113.1", "2001:db8:2::1"],
    ports: [
      { port: 80, carries: "http" },
      { port: 81, carries: "http" },
    ],
    ready: join(folder, "ready"),
    control: join(folder, "control.sock"),
    metrics: { addresses: ["0.0.0.0", "::"], port: 9145 },
    connectTimeoutMs: 300,
    log: {
      file: join(folder, "log", "proxy.log"),
      maxBytes: 65_536,
      access: { file: join(folder, "log", "access.log"), maxBytes: 65_536, format: "json" },
    },
  };
  writeFileSync(join(folder, "proxy.json"), JSON.stringify(config));
  writeFileSync(join(folder, "proxy.cjs"), await bundleProgram("proxy.cjs"));
  for (const name of ["transparent.node", "engine.node"] as const)
    if (name !== "engine.node" || engine === "native")
      copyFileSync(await hostAddon(name), join(folder, name));
  const inside = join(import.meta.dirname, "three-namespaces.ts");
  const argv = [...intoNamespace, process.execPath, inside, folder, join(folder, "proxy.json")];
  const said = execFileSync("unshare", argv, {
    encoding: "utf8",
    timeout: 20_000,
    env: { PATH: systemPath },
  });
  return { findings: JSON.parse(said), config };
}

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
