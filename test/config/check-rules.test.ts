import test from "ava";
import { faultAfter, faultPaths, faultsOf, sound } from "./site-faults.ts";

const named = {
  groups: { pupils: { clients: ["10.1.2.64/26"] }, staff: { clients: ["10.1.2.32/27"] } },
  schedules: { lessons: ["mon-fri 08:00-13:00"] },
  lists: { games: { entries: ["games.example"] } },
};
const block = { name: "block", action: "block" };
const allow = { name: "allow", action: "allow" };
const withRules = (...rules: object[]) => ({ policy: { ...named, rules } });

test("rules have names of their own, which can be shown", async (t) => {
  t.regex(
    await faultAfter(t, withRules({ ...block, groups: ["pupils"] }, { ...block, groups: ["staff"] })),
    /^\/policy\/rules\/1\/name: is that of rule 0, too: block/,
  );
  t.regex(
    await faultAfter(t, withRules({ ...block, name: "two\nlines" })),
    /^\/policy\/rules\/0\/name: has characters that can't be shown/,
  );
  t.deepEqual(
    await faultsOf(t, { ...sound, ...withRules({ ...block, name: "Keine Spiele: für Schüler (8–13)" }) }),
    [],
  );
});

test("a rule behind one that always fits is told with which", async (t) => {
  t.is(
    await faultAfter(t, withRules(allow, { ...block, lists: ["games"] })),
    '/policy/rules/1: never decides: "allow" before it fits whenever it does (put it before that one, or leave it out)',
  );
  t.deepEqual(await faultsOf(t, { ...sound, ...withRules({ ...block, lists: ["games"] }, allow) }), []);
});

test("a rule never decides if one before it asks for no more, kind by kind", async (t) => {
  const wide = { ...allow, groups: ["pupils", "staff"], lists: ["games"], domains: ["play.example"] };
  const decides = (rule: object) => faultPaths(t, { ...sound, ...withRules(wide, { ...block, ...rule }) });
  t.deepEqual(await decides({ groups: ["staff"], lists: ["games"] }), ["/policy/rules/1"]);
  t.deepEqual(await decides({ groups: ["staff"], domains: ["play.example"], schedules: ["lessons"] }), [
    "/policy/rules/1",
  ]);
  t.deepEqual(await decides({ groups: ["staff"] }), [], "any URL");
  t.deepEqual(await decides({ lists: ["games"] }), [], "any client");
  t.deepEqual(
    await decides({ groups: ["staff"], lists: ["games"], urls: ["play.example/x"] }),
    [],
    "one URL more",
  );
  t.deepEqual(
    await decides({ groups: ["staff"], urls: ["play.example"] }),
    [],
    "the same text, of another kind",
  );
});

test("rules are at most as many as the proxy takes", async (t) => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `r${index}`, action: "block", methods: ["PUT"] }));
  const paths = await faultPaths(t, { ...sound, policy: { rules: many(256) } });
  t.true(paths.includes("/policy/rules"));
  t.false((await faultPaths(t, { ...sound, policy: { rules: many(255) } })).includes("/policy/rules"));
});
