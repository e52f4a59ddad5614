import test from "ava";
import { readSite } from "../../build/config/site.ts";
import { faultAfter, faultPaths, faultsOf, ipv6, siteFile, sound } from "./site-faults.ts";

const groups = { pupils: { clients: ["10.1.2.64/26"] }, printer: { macs: ["02:00:00:00:00:01"] } };
const schedules = { lessons: ["mon-fri 08:00-13:00"] };
const lists = {
  games: { entries: ["games.example"] },
  local: { onRouter: "blocked.txt", format: "domains" },
};
const rule = {
  name: "no games",
  action: "block",
  groups: ["pupils"],
  schedules: ["lessons"],
  lists: ["games"],
};
const policy = { groups, schedules, lists, rules: [rule] };

test("a policy is read, and what it leaves out has its default", async (t) => {
  const site = await readSite(await siteFile(t, { ...sound, policy }));
  t.deepEqual(site.policy, {
    default: "allow",
    timeZone: "UTC",
    groups: {
      pupils: { clients: ["10.1.2.64/26"], macs: [] },
      printer: { clients: [], macs: ["02:00:00:00:00:01"] },
    },
    schedules,
    lists: {
      games: { entries: ["games.example"], format: "auto" },
      local: { onRouter: "blocked.txt", entries: [], format: "domains" },
    },
    rules: [{ ...rule, action: "block", domains: [], urls: [], patterns: [], methods: [] }],
  });
});

test("every fault of a policy is told in one run", async (t) => {
  const faulty = {
    timeZone: "Europe/Atlantis",
    groups: { "a b": { clients: ["10.9.9.9", "10.1.2.7/24", "me"], macs: ["02-00-00-00-00-01"] }, empty: {} },
    schedules: { "": ["mon-fri 8-13"], lessons: ["lun 08:00-13:00"] },
    lists: { nothing: {}, two: { file: "missing.txt", onRouter: "two.txt" }, few: { entries: ["a b c"] } },
    rules: [
      { name: "one", action: "block", groups: ["pupil"], schedules: ["lesson"], lists: ["game"] },
      { name: "one", action: "allow", domains: ["??"] },
    ],
  };
  t.deepEqual((await faultPaths(t, { ...sound, policy: faulty })).sort(), [
    "/policy/groups/a b",
    "/policy/groups/a b/clients/0",
    "/policy/groups/a b/clients/1",
    "/policy/groups/a b/clients/2",
    "/policy/groups/a b/macs/0",
    "/policy/groups/empty",
    "/policy/lists/few/entries/0",
    "/policy/lists/nothing",
    "/policy/lists/two",
    "/policy/lists/two/file",
    "/policy/rules/0/groups/0",
    "/policy/rules/0/lists/0",
    "/policy/rules/0/schedules/0",
    "/policy/rules/1/domains/0",
    "/policy/rules/1/name",
    "/policy/schedules/",
    "/policy/schedules//0",
    "/policy/schedules/lessons/0",
    "/policy/timeZone",
  ]);
});

test("keys that aren't known, and values of another kind, are told with their places", async (t) => {
  const faulty = {
    ...policy,
    lists: { games: { files: ["a"], format: "squid" } },
    rules: [{ name: "one", action: "deny", methods: ["BREW"] }],
  };
  t.deepEqual(await faultPaths(t, { ...sound, policy: faulty }), [
    "/policy/lists/games/files",
    "/policy/lists/games/format",
    "/policy/rules/0/action",
    "/policy/rules/0/methods/0",
  ]);
});

test("what a rule names but isn't there is told with what is nearly called that", async (t) => {
  t.is(
    await faultAfter(t, { policy: { ...policy, rules: [{ ...rule, groups: ["pupil"] }] } }),
    "/policy/rules/0/groups/0: isn't one of the groups: pupil (did you mean pupils? there are: pupils, printer)",
  );
  t.is(
    await faultAfter(t, { policy: { rules: [{ name: "one", action: "block", schedules: ["toString"] }] } }),
    "/policy/rules/0/schedules/0: isn't one of the schedules: toString (there are none)",
  );
});

test("a time zone that isn't known is told with the one that is nearly called that", async (t) => {
  t.is(
    await faultAfter(t, { policy: { timeZone: "Europe/Berlim" } }),
    '/policy/timeZone: is "Europe/Berlim", which isn\'t known (did you mean Europe/Berlin?)',
  );
  t.deepEqual(await faultsOf(t, { ...sound, policy: { timeZone: "America/Argentina/Buenos_Aires" } }), []);
});

test("clients of a group are of the LAN, in a family that is routed", async (t) => {
  const of = (...clients: string[]) => ({ policy: { groups: { pupils: { clients } } } });
  t.deepEqual(await faultsOf(t, { ...sound, ipv6, ...of("10.1.2.9", "2001:db8:1:2::9") }), []);
  t.regex(await faultAfter(t, of("10.0.0.0/8")), /clients\/0: is 10\.0\.0\.0\/8, outside the LAN/);
  t.regex(await faultAfter(t, of("2001:db8:1:2::9")), /clients\/0: is .*, but IPv6 isn't routed/);
});

test("a schedule is days and times, as the proxy reads them", async (t) => {
  const good = ["mon-fri 08:00-13:00", "sat,sun 22:00-02:00", "daily 07:00-07:30"];
  t.deepEqual(await faultsOf(t, { ...sound, policy: { schedules: { all: good } } }), []);
  for (const bad of ["mon-fri", "8:00-13:00", "Mon 08:00-13:00", "mon 08:00-08:00"]) {
    t.regex(
      await faultAfter(t, { policy: { schedules: { lessons: [bad] } } }),
      /^\/policy\/schedules\/lessons\/0: isn't days and times: .* \(examples: mon-fri/,
    );
  }
});

test("more than the proxy has bits for is refused; lists that rules have of their own count as well", async (t) => {
  const many = (count: number, each: object) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, each]));
  const full = {
    groups: many(31, { clients: ["10.1.2.9"] }),
    schedules: many(31, ["daily 07:00-07:30"]),
    lists: many(30, { entries: ["a.example"] }),
    rules: [{ name: "one", action: "block", domains: ["b.example"] }],
  };
  t.deepEqual(await faultsOf(t, { ...sound, policy: full }), []);
  const over = {
    groups: many(32, { clients: ["10.1.2.9"] }),
    schedules: many(32, ["daily 07:00-07:30"]),
    lists: many(30, { entries: ["a.example"] }),
    rules: [{ name: "one", action: "block", domains: ["b.example"], urls: ["c.example/d"] }],
  };
  t.deepEqual(await faultPaths(t, { ...sound, policy: over }), [
    "/policy/groups",
    "/policy/lists",
    "/policy/schedules",
  ]);
  t.deepEqual(await faultPaths(t, { ...sound, policy: { lists: many(40, { entries: ["a.example"] }) } }), [
    "/policy/lists",
  ]);
});
