import type { NamedFile, PlannedFile } from "../config/site-files.ts";
import { textFile, type Entry } from "../core/tree.ts";
import type { NetworkModel, Setting } from "../plan/network.ts";
import type { AnyPlan } from "../plan/plan.ts";
import { portDevices } from "../plan/ports.ts";
import { joinScripts, type Dialect, type Script } from "./dialects/dialect.ts";
import { printLegacy } from "./dialects/legacy/legacy.ts";
import { printNft } from "./dialects/nft/nft.ts";
import { bringUp, layCable, makeDevices } from "./links.ts";
import { modulesFor } from "./modules.ts";
import { proxyConfiguration } from "./proxy-configuration.ts";
import { squidFacts, squidFiles } from "./squid/squid-setup.ts";

const dialects: Readonly<Record<AnyPlan["site"]["dialect"], Dialect>> = {
  legacy: printLegacy,
  nft: printNft,
};

/** Connections share pipes: only those have one whose bytes are under way. */
const mostPipes = 1024;

/**
 * All that a site comes to on a router, as one folder of text: the router runs what is in it, and can be
 * given another one while it runs. `files` are those of the plan, where they lie. Scripts come in pairs: `X.stop` undoes `X.start`, in reverse.
 */
export function printSetup(plan: AnyPlan, files: readonly NamedFile[] = []): Entry[] {
  const { network, site } = plan;
  const { guard: guarding, capture, ...rules } = dialects[site.dialect](network);
  const guard = joinScripts(layCable(network), guarding);
  const links = joinScripts(makeDevices(network), applySettings, rules.network, bringUp(network));
  const commands = [guard, links, capture].flatMap(({ start }) => start);
  return [
    textFile("/facts", printFacts(plan)),
    textFile("/site.json", `${JSON.stringify(site, null, 2)}\n`),
    textFile("/modules", lines(modulesFor(commands))),
    textFile("/settings", lines(network.settings.map(printSetting))),
    ...scripts("guard", guard),
    ...scripts("network", links),
    ...scripts("capture", capture),
    ...engineFiles(plan),
    textFile("/resolv.conf", lines(site.proxy.resolvers.map((address) => `nameserver ${address}`))),
    ...plan.files.map((planned) => copySiteFile(planned, files)),
    ...(network.prefixProxies.length > 0 ? [textFile("/ndppd.conf", printNdppd(network))] : []),
  ];
}

/** It is a fault of the program if the file isn't the one of the plan. */
function copySiteFile({ name, sha256 }: PlannedFile, files: readonly NamedFile[]): Entry {
  const found = files.find((file) => file.name === name && file.sha256 === sha256);
  if (found === undefined) throw new Error(`${name}: is planned, but not there`);
  return { kind: "file", path: `/${name}`, mode: 0o644, from: { file: found.source, sha256 } };
}

/** What the site's engine is told, in its own words. */
function engineFiles(plan: AnyPlan): Entry[] {
  const config = proxyConfiguration(plan);
  if (plan.site.proxy.engine === "squid") return squidFiles(plan, config);
  return [textFile("/proxy.json", `${JSON.stringify(config, null, 2)}\n`)];
}

/** What the router's own scripts want to know, as shell variables; several LAN ports have spaces between. */
function printFacts(plan: AnyPlan): string {
  const { hash, site, network } = plan;
  const [isp, ...lan] = portDevices(network);
  const facts = {
    PLAN: hash,
    MODE: site.mode,
    DIALECT: site.dialect,
    FAIL_MODE: site.failMode,
    IPV6: site.ipv6.handling,
    ISP: isp,
    LAN: lan.join(" "),
    ENGINE: site.proxy.engine,
    TIME_ZONE: site.policy.timeZone,
    // two for a connection, two for each pipe that bytes pass through, and some for the proxy itself
    DESCRIPTORS: 2 * site.proxy.maxConnections + 2 * mostPipes + 128,
    ...(site.proxy.engine === "squid" ? squidFacts(plan, proxyConfiguration(plan)) : {}),
  };
  return lines(Object.entries(facts).map(([name, value]) => `${name}='${value}'`));
}

const applySettings: Script = {
  start: ["/usr/lib/halfbridge/settings set"],
  stop: ["/usr/lib/halfbridge/settings restore"],
};

/** A kind, and what settings(1) of ours wants to know about it. */
function printSetting(setting: Setting): string {
  if (setting.kind === "sysctl") return `sysctl ${pathOf(setting.key)} ${setting.value}`;
  if (setting.kind === "feature") return `feature ${setting.device} ${setting.name} ${setting.value}`;
  return `unused ${setting.module}`;
}

/** A setting's place below /proc/sys; a dot in an interface's name is written as a slash (sysctl(8)). */
function pathOf(key: string): string {
  return key.replace(/[./]/g, (separator) => (separator === "." ? "/" : "."));
}

function scripts(name: string, { start, stop }: Script): Entry[] {
  return [
    textFile(`/${name}.start`, lines(["#!/bin/sh", "set -e", ...start]), 0o755),
    // it goes on, whatever may be gone already, and says so
    textFile(
      `/${name}.stop`,
      lines(["#!/bin/sh", "failed=0", ...stop.map((command) => orFail(command)), "exit $failed"]),
      0o755,
    ),
  ];
}

/** Notes that a command failed; a here-document's text follows its first line. */
function orFail(command: string): string {
  const [first = "", ...rest] = command.split("\n");
  return [`${first} || failed=1`, ...rest].join("\n");
}

/** ndppd.conf(5): `iface` asks there, and answers once the host has. (`auto` took lo for the way to a LAN.) */
function printNdppd({ prefixProxies }: NetworkModel): string {
  return lines(
    prefixProxies.flatMap(({ device, behind, prefix }) => [
      `proxy ${device} {`,
      "  router no",
      `  rule ${prefix} {`,
      `    iface ${behind}`,
      "  }",
      "}",
    ]),
  );
}

function lines(text: readonly string[]): string {
  return text.map((line) => `${line}\n`).join("");
}
