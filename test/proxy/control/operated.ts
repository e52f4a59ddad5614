import { request, type RequestOptions } from "node:http";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { OpenConnection } from "../../../proxy/src/engine.ts";
import type { Operation } from "../../../proxy/src/operation.ts";
import type { PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";
import { PolicyLoader } from "../../../proxy/src/policy/policy-loader.ts";
import { AccessCounts } from "../../../proxy/src/statistics/access-counts.ts";
import { TopTalkers } from "../../../proxy/src/statistics/top-talkers.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { samples } from "../log/records.ts";
import { quickConfig } from "../loopback-lab.ts";

const policy: PolicyConfig = {
  default: "allow",
  timeZone: "UTC",
  groups: {
    pupils: { clients: ["10.1.2.0/24", "2001:db8:1::/64"], macs: [] },
    staff: { clients: ["10.1.3.0/24"], macs: [] },
  },
  schedules: { always: ["daily 00:00-24:00"], never: [] },
  lists: {
    games: { format: "domains", entries: ["games.example"] },
    ads: { format: "adblock", entries: ["||ads.example^", "/banner/*", "@@||good.ads.example^"] },
  },
  rules: [
    { name: "staff may", action: "allow", groups: ["staff"], schedules: [], lists: [], methods: [] },
    { name: "at night", action: "block", groups: [], schedules: ["never"], lists: [], methods: [] },
    {
      name: "no games",
      action: "block",
      groups: ["pupils"],
      schedules: ["always"],
      lists: ["games"],
      methods: [],
    },
    { name: "no ads", action: "block", groups: [], schedules: [], lists: ["ads"], methods: [] },
    { name: "no uploads", action: "block", groups: [], schedules: [], lists: [], methods: ["PUT", "POST"] },
  ],
};

const open: readonly OpenConnection[] = [
  {
    client: { address: "10.1.2.50", port: 4711 },
    destination: { address: "203.0.113.80", port: 80 },
    kind: "http",
    url: "http://example.org/",
    ageMs: 1200,
    bytes: 345,
  },
  {
    client: { address: "2001:db8:1::50", port: 4712 },
    destination: undefined,
    kind: "explicit",
    url: undefined,
    ageMs: 3_723_000,
    bytes: 12_345_678,
  },
];

/** A proxy that has done something, to be asked about it; its lists may get another from the file `more`. */
export async function operated(t: ExecutionContext, { starts = true } = {}) {
  const folder = await temporaryFolder(t);
  const file = join(folder, "more.list");
  writeFileSync(file, "");
  const lists = { ...policy.lists, more: { file, format: "domains", entries: [] } } as const;
  const config = { ...quickConfig, policy: { ...policy, lists } };
  const loader = new PolicyLoader(config.policy, () => {});
  t.teardown(() => loader.stop());
  if (starts) await loader.start();
  const counts = new AccessCounts();
  const top = new TopTalkers();
  for (const record of Object.values(samples)) {
    counts.add(record);
    top.add(record);
  }
  let isListening = true;
  const operation: Operation = {
    config,
    startedMs: Date.now() - 3_600_000,
    isListening: () => isListening,
    count: () => ({
      open: 2,
      accepted: 1234,
      overLimit: 5,
      shed: 6,
      loops: 7,
      bytesFromClients: 89_000,
      bytesToClients: 1_234_567_890,
    }),
    list: async () => open,
    policy: loader,
    lostLines: () => ({ events: 0, access: 12, syslog: 0 }),
    counts,
    top,
  };
  return { operation, folder, file, stopListening: () => (isListening = false) };
}

export interface Reply {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly text: string;
}

/** Asks an HTTP server, at a path of the file system or a port. */
export function ask(at: RequestOptions): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent: false, ...at }, (reply) => {
      let text = "";
      reply.on("data", (data: Buffer) => (text += data.toString()));
      reply.on("end", () => resolve({ status: reply.statusCode, type: reply.headers["content-type"], text }));
    });
    asked.on("error", reject);
    asked.end();
  });
}
