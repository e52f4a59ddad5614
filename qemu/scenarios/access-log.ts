import type { Site } from "../../build/config/site.ts";
import type { Lane } from "../lab.ts";
import { bracketed } from "./vocabulary.ts";

/** A line of the access log about something that was connected to. */
export interface Logged {
  readonly startedMs: number;
  /** Addresses without port or brackets. */
  readonly client: string;
  readonly destination: string;
  readonly destinationPort: number;
}

const file = "/var/log/halfbridge/access.log";

/** Reads the last lines about connections, as far as the log's format says them. */
export async function readAccessLog({ router, plan }: Lane): Promise<Logged[]> {
  const { connections, read } = formatOf(plan.site);
  const { output } = await router.console.run(`grep -E '${connections}' ${file} | tail -n 60`);
  return output.split("\n").flatMap((line) => (line === "" ? [] : [read(line)]));
}

/** A command on the router that prints how many lines are about a client, by its addresses. */
export function countLines({ plan }: Lane, addresses: readonly string[]): string {
  const { ofClient } = formatOf(plan.site);
  return `grep -cE '${addresses.map(ofClient).join("|")}' ${file}`;
}

interface Format {
  /** What a line about a connection matches, and one that is about a client. */
  readonly connections: string;
  readonly ofClient: (address: string) => string;
  readonly read: (line: string) => Logged;
}

const formats: Readonly<Record<Site["proxy"]["log"]["format"], Format>> = {
  json: {
    connections: '"destination":',
    ofClient: (address) => `"client":"${escape(bracketed(address))}:`,
    read: readJson,
  },
  squid: {
    connections: " (ORIGINAL_DST|HIER_DIRECT)/",
    ofClient: (address) => `^[0-9.]+ +[0-9]+ ${escape(address)} `,
    read: readSquid,
  },
};

const formatOf = ({ proxy }: Site): Format => formats[proxy.log.format];

const escape = (address: string): string => address.replaceAll(/[[\].]/g, "\\$&");

function readJson(line: string): Logged {
  const { time, durationMs, client, destination } = JSON.parse(line) as {
    time: string;
    durationMs: number;
    client: string;
    destination: string;
  };
  const [, address = "", port] = /^\[?(.*?)\]?:(\d+)$/.exec(destination) ?? [];
  return {
    startedMs: Date.parse(time) - durationMs,
    client: client.replace(/^\[?(.*?)\]?:\d+$/, "$1"),
    destination: address,
    destinationPort: Number(port),
  };
}

/** The format `squid` has no ports of its own: the destination's is in the URL, if it isn't 80. */
function readSquid(line: string): Logged {
  const [time, elapsed, client = "", , , , url = "", , hierarchy = ""] = line.split(/ +/);
  const port = /^(?:http:\/\/)?(?:\[[^\]]*\]|[^/:]*):(\d+)(?:\/|$)/.exec(url)?.[1] ?? 80;
  return {
    startedMs: Number(time) * 1000 - Number(elapsed),
    client,
    destination: hierarchy.replace(/^[^/]*\//, ""),
    destinationPort: Number(port),
  };
}
