import { isIP } from "node:net";
import { canonicalAddress } from "../addresses.ts";
import type { Operation } from "../operation.ts";
import { explain, type Explanation } from "../policy/explain.ts";
import type { Question, Verdict } from "../policy/judge.ts";
import type { Rule } from "../policy/policy-config.ts";
import { refuse, type Answer, type Route } from "./route.ts";

/**
 * Which rule decides what a client may ask for: `?url=…&client=ADDRESS`, and `&method=…` unless it is GET. Of
 * `https:` only the name is judged, as it is seen in TLS. It asks the very judge that connections are judged by.
 */
export const why: Route = {
  method: "GET",
  path: "/why",
  answer({ policy }: Operation, query: URLSearchParams): Answer {
    const client = query.get("client") ?? "";
    if (isIP(client) === 0) return refuse(400, "client must be an IP address");
    const target = readUrl(query.get("url") ?? "", query.get("method") ?? "GET");
    if (target === undefined) return refuse(400, "url must be like http://host/path, https://host or host");
    if (policy.inForce === undefined) return refuse(503, "no policy is in force");
    const question = { ...target, groups: policy.judge.groupsOf(canonicalAddress(client)) };
    const verdict = policy.judge.judge(question);
    const explanation = explain(policy.config, policy.inForce, question, policy.schedules());
    const rule = policy.config.rules.find(({ name }) => name === verdict.rule);
    return {
      status: 200,
      json: { ...verdict, ...explanation, host: question.host },
      text: print(verdict, explanation, question, rule),
    };
  },
};

/** As the proxy would see it: a path as it is written, but what a browser would encode. */
function readUrl(text: string, method: string): Omit<Question, "groups"> | undefined {
  const [start = "", scheme = "http"] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  const [, authority = "", path = ""] = /^([^/?#]*)([^#]*)/.exec(text.slice(start.length)) ?? [];
  let url;
  try {
    url = new URL(`${scheme}://${authority}`);
  } catch {
    return undefined;
  }
  if (!/^https?:$/.test(url.protocol)) return undefined;
  const isTls = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (host === "") return undefined;
  const asSent = path.replace(/[^!-~]+/g, (part) => encodeURIComponent(part));
  return {
    method: isTls ? undefined : method.toUpperCase(),
    host,
    port: url.port === "" ? (isTls ? 443 : 80) : Number(url.port),
    path: isTls ? undefined : asSent.startsWith("/") ? asSent : `/${asSent}`,
  };
}

const reasons = {
  groups: "the client is in none of its groups",
  schedules: "none of its schedules runs",
  methods: "another method",
  lists: "none of its lists has it",
} as const;

function print(
  { action, rule: name }: Verdict,
  { groups, schedules, entries, rules }: Explanation,
  { host, port, path, method }: Question,
  rule: Rule | undefined,
): string {
  const done = action === "allow" ? "allowed" : "blocked";
  const lines = [
    name === undefined ? `${done}: no rule fits, so the default decides` : `${done} by rule ${name}`,
    ...(rule === undefined ? [] : describe(rule)),
    `asked      ${method ?? "TLS"}, host ${host}, port ${port}${path === undefined ? "" : `, path ${path}`}`,
    `client     ${groups.length === 0 ? "in no group" : `in ${groups.join(", ")}`}`,
    `schedules  ${schedules.length === 0 ? "none runs" : `${schedules.join(", ")} run now`}`,
    ...entries.map(
      ({ list, entry, excepts }) => `list       ${list} ${excepts ? "excepts it" : "has it"}: ${entry}`,
    ),
    ...(entries.length === 0 ? ["list       none has it"] : []),
    ...rules.map(
      ({ name: tried, fails }) => `rule       ${tried}: ${fails === undefined ? "fits" : reasons[fails]}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** What a rule names. */
function describe({ groups, schedules, lists, methods }: Rule): string[] {
  const parts = Object.entries({ groups, schedules, lists, methods }).filter(([, names]) => names.length > 0);
  return parts.map(([what, names]) => `  ${what}: ${names.join(", ")}`);
}
