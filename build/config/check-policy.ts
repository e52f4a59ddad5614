import { parsePeriods } from "../../proxy/src/policy/schedules.ts";
import type { Blame } from "./blame.ts";
import { checkRules } from "./check-rules.ts";
import { checkHosts, isOfLan } from "./lan.ts";
import { impliedLists } from "./policy-config.ts";
import type { Policy, Site } from "./site-schema.ts";
import { nearestTo } from "./suggest.ts";

/** Groups, schedules and lists are bits of a word in the proxy. */
const mostNames = 31;

/** What the schema can't say of the policy, but what is in files. */
export function checkPolicy(site: Site, blame: Blame): void {
  const { policy } = site;
  checkTimeZone(policy, blame);
  checkNames(policy, blame);
  checkGroups(site, blame);
  checkSchedules(policy, blame);
  checkLists(policy, blame);
  checkRules(policy, blame);
}

function checkTimeZone({ timeZone }: Policy, blame: Blame): void {
  try {
    Intl.DateTimeFormat("en-US", { timeZone });
  } catch {
    const near = nearestTo(timeZone, Intl.supportedValuesOf("timeZone"));
    const hint = near === undefined ? "a name as in Europe/Berlin" : `did you mean ${near}?`;
    blame("/policy/timeZone", `is ${JSON.stringify(timeZone)}, which isn't known`, hint);
  }
}

function checkNames(policy: Policy, blame: Blame): void {
  for (const kind of ["groups", "schedules", "lists"] as const) {
    const names = Object.keys(policy[kind]);
    for (const name of names.filter((each) => !/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(each))) {
      const hint = "letters, digits, dots, hyphens and underscores, at most 64; a letter or digit first";
      blame(`/policy/${kind}/${name}`, "can't be called that", hint);
    }
    const implied = kind === "lists" ? impliedLists(policy).length : 0;
    if (names.length + implied > mostNames) {
      const and = implied === 0 ? "" : ` and ${implied} that rules have of their own`;
      const hint = `at most ${mostNames}${kind === "lists" ? "; one list may hold what several rules say" : ""}`;
      blame(`/policy/${kind}`, `has ${names.length}${and}`, hint);
    }
  }
}

function checkGroups(site: Site, blame: Blame): void {
  for (const [name, { clients, macs }] of Object.entries(site.policy.groups)) {
    const path = `/policy/groups/${name}`;
    if (clients.length + macs.length === 0) blame(path, "has nobody in it", "name clients, or macs");
    for (const [index, client] of clients.entries()) {
      const at = `${path}/clients/${index}`;
      if (checkHosts(at, client, site.ipv6, blame) && !isOfLan(client, site))
        blame(at, `is ${client}, outside the LAN`, "clients are of the LAN");
    }
    for (const [index, mac] of macs.entries()) {
      if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac))
        blame(`${path}/macs/${index}`, `is not a MAC address: ${mac}`, "example: 02:00:00:00:00:01");
    }
  }
}

function checkSchedules({ schedules }: Policy, blame: Blame): void {
  for (const [name, periods] of Object.entries(schedules)) {
    for (const [index, period] of periods.entries()) {
      if (parsePeriods(period) !== undefined) continue;
      const hint = "examples: mon-fri 08:00-13:00, sat,sun 22:00-02:00, daily 07:00-07:30";
      blame(`/policy/schedules/${name}/${index}`, `isn't days and times: ${period}`, hint);
    }
  }
}

function checkLists({ lists }: Policy, blame: Blame): void {
  for (const [name, { file, onRouter, entries }] of Object.entries(lists)) {
    const path = `/policy/lists/${name}`;
    if (file === undefined && onRouter === undefined && entries.length === 0)
      blame(path, "has nothing in it", "name a file, one on the router (onRouter), or entries");
    if (file !== undefined && onRouter !== undefined)
      blame(path, "is in a file and on the router", "make two lists of it; a rule may name both");
  }
}
