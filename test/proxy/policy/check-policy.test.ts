import test from "ava";
import { checkPolicyConfig } from "../../../proxy/src/policy/check-policy.ts";
import type { PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";

const valid: PolicyConfig = {
  default: "allow",
  timeZone: "Europe/Berlin",
  blockPageFile: "/etc/halfbridge/block.html",
  groups: { pupils: { clients: ["10.1.2.0/24", "2001:db8::/32", "10.9.9.9"], macs: ["02:00:00:00:00:01"] } },
  schedules: { lessons: ["mon-fri 08:00-13:00"], nights: ["daily 22:00-06:00"] },
  lists: { games: { file: "/data/lists/games", format: "auto", entries: ["games.example"] } },
  rules: [
    {
      name: "No games in lessons",
      action: "block",
      groups: ["pupils"],
      schedules: ["lessons"],
      lists: ["games"],
      methods: ["GET", "POST"],
    },
  ],
};
const rule = valid.rules[0];
const check = (value: unknown) => [...checkPolicyConfig(value, "/policy")];

test("a whole policy has no fault, and neither has one that says nothing", (t) => {
  t.deepEqual(check(valid), []);
  const nothing = { default: "block", timeZone: "UTC", groups: {}, schedules: {}, lists: {}, rules: [] };
  t.deepEqual(check(nothing), []);
});

test("every fault is found in one go, with where it is", (t) => {
  const broken = {
    default: "deny",
    timeZone: "Europe/Atlantis",
    blockPageFile: "block.html",
    groups: {
      "a/b": { clients: [], macs: [] },
      pupils: { clients: ["10.1.2.1/24", "10.1.2.0/33", "fe80::1%lan"], macs: ["02:00"] },
    },
    schedules: { never: [], lessons: ["mon-fri 8-13", "mon-fri 08:00-08:00"] },
    lists: { games: { file: "games", format: "squid", entries: ["one\ntwo"] } },
    rules: [{ ...rule, name: "", action: "log", methods: ["get", "BREW"], priority: 1 }],
  };
  const prefix = "must be an IP address or a prefix without bits beyond its length (example: 10.1.2.0/24)";
  const period =
    "must be days and times (examples: mon-fri 08:00-13:00, sat,sun 22:00-02:00, daily 07:00-07:30)";
  const method = "must be one of: GET, HEAD, POST, PUT, DELETE, OPTIONS, TRACE, PATCH, CONNECT";
  t.deepEqual(check(broken), [
    { path: "/policy/default", fact: "must be one of: allow, block" },
    { path: "/policy/timeZone", fact: "must be the name of a time zone (example: Europe/Berlin)" },
    { path: "/policy/blockPageFile", fact: "must be an absolute path of a file" },
    {
      path: "/policy/groups/a/b",
      fact: "must be named by letters, digits, dots, hyphens and underscores, at most 64",
    },
    { path: "/policy/groups/pupils/clients/0", fact: prefix },
    { path: "/policy/groups/pupils/clients/1", fact: prefix },
    { path: "/policy/groups/pupils/clients/2", fact: prefix },
    { path: "/policy/groups/pupils/macs/0", fact: "must be a MAC address (example: 02:00:00:00:00:01)" },
    { path: "/policy/schedules/never", fact: "must not be empty" },
    { path: "/policy/schedules/lessons/0", fact: period },
    { path: "/policy/schedules/lessons/1", fact: period },
    { path: "/policy/lists/games/file", fact: "must be an absolute path of a file" },
    {
      path: "/policy/lists/games/format",
      fact: "must be one of: hosts, domains, urls, patterns, adblock, auto",
    },
    { path: "/policy/lists/games/entries/0", fact: "must be a line of text" },
    { path: "/policy/rules/0/name", fact: "must be a name of 1 to 64 characters" },
    { path: "/policy/rules/0/action", fact: "must be one of: allow, block" },
    { path: "/policy/rules/0/methods/0", fact: method },
    { path: "/policy/rules/0/methods/1", fact: method },
    { path: "/policy/rules/0/priority", fact: "is not known" },
  ]);
});

test("a rule names only what there is", (t) => {
  const rules = [{ ...rule, groups: ["pupils", "staff"], schedules: ["constructor"], lists: ["toString"] }];
  t.deepEqual(check({ ...valid, rules }), [
    { path: "/policy/rules/0/groups/1", fact: "there is no staff in /policy/groups" },
    { path: "/policy/rules/0/schedules/0", fact: "there is no constructor in /policy/schedules" },
    { path: "/policy/rules/0/lists/0", fact: "there is no toString in /policy/lists" },
  ]);
});

test("what is a bit of a word is at most 31, and rules are at most 255", (t) => {
  const lists = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`list-${index}`, { format: "auto", entries: [] }]),
    );
  const rules = (count: number) => Array.from({ length: count }, () => ({ ...rule, lists: [] }));
  t.deepEqual(check({ ...valid, lists: lists(31), rules: rules(255) }), []);
  t.deepEqual(check({ ...valid, lists: lists(32), rules: rules(256) }), [
    { path: "/policy/lists", fact: "must have at most 31 members" },
    { path: "/policy/rules", fact: "must have at most 255 entries" },
  ]);
});
