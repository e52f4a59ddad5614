import type { Operation } from "../operation.ts";
import type { CompiledList } from "../policy/compile-policy.ts";
import { formatProblem } from "../policy/policy-loader.ts";
import { formatBytes, formatCount, formatDuration } from "./print.ts";
import type { Answer, Route } from "./route.ts";

/** How the proxy is, and what it has done since it started. */
export const status: Route = {
  method: "GET",
  path: "/status",
  answer(operation: Operation): Answer {
    const state = describe(operation);
    return { status: 200, json: state, text: print(state) };
  },
};

type State = ReturnType<typeof describe>;

function describe({ config, startedMs, count, policy, lostLines, counts }: Operation) {
  const { last, reloads, inForce, inForceSinceMs } = policy;
  return {
    process: process.pid,
    uptimeMs: Math.max(0, Date.now() - startedMs),
    memoryBytes: process.memoryUsage.rss(),
    maxConnections: config.maxConnections,
    connections: count(),
    /** By verdict and class of status. */
    requests: Object.fromEntries(counts.requests),
    /** Connections that aren't looked into, by verdict. */
    uninspected: Object.fromEntries(counts.connections),
    refusals: Object.fromEntries(counts.refusals),
    failures: Object.fromEntries(counts.failures),
    policy: {
      rules: config.policy.rules.length,
      inForceSince: inForceSinceMs === undefined ? undefined : new Date(inForceSinceMs).toISOString(),
      running: policy.clock.runningNames,
      reloads,
      lists: inForce?.lists.map(describeList) ?? [],
      isRefused: last?.isInForce === false,
      problems: last?.problems ?? [],
      moreProblems: last?.moreProblems ?? 0,
    },
    lostLines: lostLines(),
  };
}

function describeList({ skipped, ...list }: CompiledList) {
  return { ...list, skipped: Object.fromEntries(skipped) };
}

function print(state: State): string {
  const { connections, policy } = state;
  const lines = [
    `running  for ${formatDuration(state.uptimeMs)}, ${formatBytes(state.memoryBytes)} of memory`,
    `open     ${formatCount(connections.open)} connections, of at most ${formatCount(state.maxConnections)}`,
    `so far   ${formatCount(connections.accepted)} connections, ${formatBytes(connections.bytesFromClients)} from clients, ${formatBytes(connections.bytesToClients)} to them`,
    ...printRequests(state.requests),
    ...printCounts("not HTTP", state.uninspected),
    ...printCounts("refused", { ...state.refusals, "for want of descriptors or memory": connections.shed }),
    ...printCounts("failed", state.failures),
    ...printPolicy(policy),
    ...printCounts("LOST", state.lostLines).map((line) =>
      line.replace("LOST     ", "LOST     lines of logs: "),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function printPolicy({ rules, inForceSince, reloads, running, lists, isRefused, ...rest }: State["policy"]) {
  const { problems, moreProblems } = rest;
  const reloaded = `reloads: ${reloads.taken} taken, ${reloads.refused} refused`;
  return [
    `policy   ${rules} rules, in force since ${inForceSince ?? "never"}; ${reloaded}`,
    ...(running.length > 0 ? [`         schedules that run: ${running.join(", ")}`] : []),
    ...lists.map((list) => `         list ${list.name}: ${printList(list)}`),
    ...(isRefused ? ["REFUSED  the lists as they are now: the policy before is still in force"] : []),
    ...problems.map((problem) => `PROBLEM  ${formatProblem(problem)}`),
    ...(moreProblems > 0 ? [`PROBLEM  and ${formatCount(moreProblems)} more`] : []),
  ];
}

function printList({ names, texts, skipped, isMissing }: ReturnType<typeof describeList>): string {
  const left = Object.entries(skipped).map(([why, count]) => `; left out, it ${why}: ${formatCount(count)}`);
  const missing = isMissing ? "; its file isn't there" : "";
  return `${formatCount(names)} names, ${formatCount(texts)} URLs and patterns${left.join("")}${missing}`;
}

/** By verdict, with the statuses of each. */
function printRequests(requests: State["requests"]): string[] {
  const verdicts = new Map<string, [total: number, words: string[]]>();
  for (const [kind, count] of Object.entries(requests)) {
    const [verdict = "", answer = ""] = kind.split(" ");
    const [total, words] = verdicts.get(verdict) ?? [0, []];
    verdicts.set(verdict, [total + count, [...words, `${answer} ${formatCount(count)}`]]);
  }
  const parts = Array.from(
    verdicts,
    ([verdict, [total, words]]) => `${verdict} ${formatCount(total)} (${words.sort().join(", ")})`,
  );
  return parts.length === 0 ? [] : [`requests ${parts.sort().join(", ")}`];
}

/** A line with what has been counted at all; none if nothing has. */
function printCounts(name: string, counts: Readonly<Record<string, number>>): string[] {
  const words = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${what} ${formatCount(count)}`);
  return words.length === 0 ? [] : [`${name.padEnd(8)} ${words.join(", ")}`];
}
