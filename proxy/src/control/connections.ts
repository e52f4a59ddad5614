import { formatEndpoint } from "../addresses.ts";
import type { OpenConnection } from "../engine.ts";
import type { Operation } from "../operation.ts";
import { formatBytes, formatDuration, printTable } from "./print.ts";
import { refuse, type Answer, type Route } from "./route.ts";

/** As many are listed if the question doesn't say; the oldest first. */
const mostListed = 1000;

/** What is open now: `?client=ADDRESS` for one client's, `?limit=N` for the first. */
export const connections: Route = {
  method: "GET",
  path: "/connections",
  async answer({ list }: Operation, query: URLSearchParams): Promise<Answer> {
    const client = query.get("client");
    const limit = Number(query.get("limit") ?? mostListed);
    if (!Number.isInteger(limit) || limit < 0) return refuse(400, "limit must be a whole number");
    const open = await list();
    const wanted = open
      .filter(({ client: { address } }) => client === null || address === client)
      .sort((a, b) => b.ageMs - a.ageMs);
    const listed = wanted.slice(0, limit);
    return {
      status: 200,
      json: { open: wanted.length, connections: listed },
      text: print(listed, wanted.length),
    };
  },
};

function print(listed: readonly OpenConnection[], open: number): string {
  const head = ["client", "destination", "kind", "age", "bytes", "url"];
  const rows = listed.map(({ client, destination, kind, ageMs, bytes, url }) => [
    formatEndpoint(client),
    destination === undefined ? "-" : formatEndpoint(destination),
    kind,
    formatDuration(ageMs),
    formatBytes(bytes),
    url ?? "-",
  ]);
  const more = open > listed.length ? `and ${open - listed.length} more\n` : "";
  return open === 0 ? "no connections\n" : printTable(head, rows) + more;
}
