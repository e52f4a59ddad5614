/**
 * The proxy: `node proxy.cjs <configuration>`. Exit codes: 0 after SIGTERM, 1 when the
 * configuration is at fault, 2 when it can't listen.
 */
import { readFileSync } from "node:fs";
import type { Access } from "./access.ts";
import { startJavaScriptEngine } from "./captured/engine.ts";
import { parseConfig, type ProxyConfig } from "./config.ts";
import type { StartEngine } from "./engine.ts";
import { LogConsole } from "./log/log-console.ts";
import { openLogs } from "./log/open-logs.ts";
import type { Log } from "./log.ts";
import { isEngineAddon } from "./native/addon.ts";
import { startNativeEngine } from "./native/start-native.ts";
import { PolicyLoader } from "./policy/policy-loader.ts";
import { startProxy } from "./proxy.ts";
import { openReadyFile } from "./ready-file.ts";
import { serveOperation } from "./serve-operation.ts";
import { sinceStartMs } from "./since-start.ts";
import { AccessCounts } from "./statistics/access-counts.ts";
import { TopTalkers } from "./statistics/top-talkers.ts";
import { isTransparentAddon, transparentTransport, type TransparentAddon } from "./transport.ts";

async function main(configFile: string | undefined): Promise<void> {
  const startedMs = Date.now();
  const config = readConfig(configFile);
  const console = new LogConsole(1);
  const logs = openLogs(config.log, (line) => console.write(line));
  const { log } = logs;
  process.once("exit", logs.flush);
  // Connections handle their own errors. Should one be missed, the others still go on.
  process.on("uncaughtException", (error) => log("error", { message: error.message, stack: error.stack }));
  const ready = openReady(config.ready, log);
  const addon = loadTransparent();
  const macOf = (address: string): string | undefined => addon.neighbour(address, config.lanDevice);
  const policy = new PolicyLoader(config.policy, log, { macOf });
  process.on("SIGHUP", () => {
    policy.reload().catch((error: unknown) => log("error", { message: `reload: ${String(error)}` }));
  });
  const counts = new AccessCounts();
  const top = new TopTalkers();
  const access: Access = (record) => {
    logs.access(record);
    counts.add(record);
    top.add(record);
  };

  let proxy;
  try {
    await policy.start();
    proxy = await startProxy(config, {
      transport: transparentTransport(addon, config.mark),
      startEngine: chooseEngine(addon, log),
      policy,
      log,
      access,
    });
  } catch (error) {
    log("failed", { message: error instanceof Error ? error.message : String(error) });
    process.exit(2);
  }
  const { listeners, count, list } = proxy;
  log("listening", { listeners, pid: process.pid, sinceStartMs: sinceStartMs() });
  ready();

  let isListening = true;
  serveOperation(
    {
      config,
      startedMs,
      isListening: () => isListening,
      count,
      list,
      policy,
      lostLines: logs.lostLines,
      counts,
      top,
    },
    log,
  );
  process.once("SIGTERM", () => {
    isListening = false;
    log("stopping", { connections: proxy.connections() });
    void proxy.stop().then(() => {
      log("stopped");
      process.exit(0);
    });
  });
}

function readConfig(file: string | undefined): ProxyConfig {
  if (file === undefined) return refuse(["usage: proxy <configuration file>"]);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return refuse([`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const config = parseConfig(text);
  if ("listeners" in config) return config;
  return refuse(config.map(({ path, fact }) => `${file}: ${path === "" ? "" : `${path}: `}${fact}`));
}

/** Returns what to call once everything listens. That nobody can be told is no reason not to start. */
function openReady(path: string | undefined, log: Log): () => void {
  if (path === undefined) return () => {};
  const attempt = <Result>(work: () => Result): Result | undefined => {
    try {
      return work();
    } catch (error) {
      log("error", { message: `${path}: ${error instanceof Error ? error.message : String(error)}` });
      return undefined;
    }
  };
  const file = attempt(() => openReadyFile(path));
  return () => attempt(() => file?.announce());
}

function refuse(lines: readonly string[]): never {
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exit(1);
}

function loadTransparent(): TransparentAddon {
  const addon = loadAddon("transparent.node");
  if (!isTransparentAddon(addon)) throw new Error("transparent.node: not the proxy's addon");
  return addon;
}

/** The native engine where it is there and can be loaded: it is optional. */
function chooseEngine({ listener }: TransparentAddon, log: Log): StartEngine {
  try {
    const addon = loadAddon("engine.node");
    if (isEngineAddon(addon)) return startNativeEngine(addon, listener);
    log("error", { message: "engine.node: not the proxy's engine" });
  } catch (error) {
    log("engine", { kind: "javascript", because: error instanceof Error ? error.message : String(error) });
  }
  return startJavaScriptEngine;
}

/** Addons lie beside the bundle. */
function loadAddon(name: string): object {
  const addon = { exports: {} };
  process.dlopen(addon, `${import.meta.dirname}/${name}`);
  return addon.exports;
}

void main(process.argv[2]);
