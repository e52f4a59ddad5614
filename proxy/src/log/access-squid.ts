import type { AccessRecord } from "../access.ts";
import { formatEndpoint } from "../addresses.ts";

/**
 * A record as a line of squid's native log (its logformat `squid`: `%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm
 * %ru %[un %Sh/%<a %mt`), which calamaris, sarg and the like read. Nothing is cached, so what is allowed is a
 * miss; what isn't looked into is a tunnel. Users and content types aren't known.
 */
export function formatAccessSquid(record: AccessRecord): string {
  const { client, destination, startedMs, durationMs, bytesToClient } = record;
  const endedMs = Math.floor(startedMs + durationMs);
  const time = `${Math.floor(endedMs / 1000)}.${String(endedMs % 1000).padStart(3, "0")}`;
  const elapsed = String(Math.round(durationMs)).padStart(6);
  const status = String(statusOf(record)).padStart(3, "0");
  const asked = destination !== undefined && record.verdict === "allowed";
  const hierarchy = asked ? `ORIGINAL_DST/${destination.address}` : "HIER_NONE/-";
  return `${time} ${elapsed} ${client.address} ${tagOf(record)}/${status} ${bytesToClient} ${whatOf(record)} - ${hierarchy} -\n`;
}

function tagOf({ event, verdict, status, method, ended, by }: AccessRecord): string {
  if (verdict === "blocked" || (verdict === "refused" && status === 403)) return "TCP_DENIED";
  if (verdict === "refused") return "NONE_NONE";
  const tag = event === "connection" || method === "CONNECT" ? "TCP_TUNNEL" : "TCP_MISS";
  if (by === "client") return `${tag}_ABORTED`;
  return ended.endsWith("timeout") || ended === "idle" ? `${tag}_TIMEDOUT` : tag;
}

/** What isn't HTTP has none; squid writes what it would have answered. */
function statusOf({ event, verdict, status, ended }: AccessRecord): number {
  if (status !== undefined) return status;
  if (verdict === "blocked") return 403;
  if (verdict === "refused" || event === "request") return 0;
  return notReached.has(ended) ? 503 : 200;
}

const notReached: ReadonlySet<string> = new Set(["refused", "unreachable", "connect-timeout", "failed"]);

/** Method and URL; of what was no request squid says why it wasn't. */
function whatOf({ event, method, url, destination, rule }: AccessRecord): string {
  const to = event === "connection" && destination !== undefined ? formatEndpoint(destination) : undefined;
  const target = url ?? to;
  if (target === undefined) return `- error:${rule ?? "none"}`;
  return `${method ?? (event === "connection" ? "CONNECT" : "-")} ${target}`;
}
