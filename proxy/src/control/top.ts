import type { Operation } from "../operation.ts";
import type { Counted } from "../statistics/frequent-keys.ts";
import { formatBytes, formatCount, formatDuration, printTable } from "./print.ts";
import { refuse, type Answer, type Route } from "./route.ts";

const rowsIfNotSaid = 10;

/** Who asked most in the last minutes, and for what: `?limit=N` of each. */
export const top: Route = {
  method: "GET",
  path: "/top",
  answer({ top: talkers }: Operation, query: URLSearchParams): Answer {
    const limit = Number(query.get("limit") ?? rowsIfNotSaid);
    if (!Number.isInteger(limit) || limit < 1) return refuse(400, "limit must be a whole number from 1");
    const found = talkers.list(limit);
    const ageMs = Math.max(0, Date.now() - found.sinceMs);
    const text = [
      `the last ${formatDuration(ageMs)}`,
      print("client", found.clients),
      print("host", found.hosts),
    ].join("\n");
    return { status: 200, json: { ...found, sinceMs: undefined, ageMs }, text };
  },
};

function print(what: string, counted: readonly Counted[]): string {
  const rows = counted.map(({ key, requests, blocked, bytes }) => [
    key,
    formatCount(requests),
    formatCount(blocked),
    formatBytes(bytes),
  ]);
  return printTable([what, "requests", "blocked", "bytes"], rows);
}
