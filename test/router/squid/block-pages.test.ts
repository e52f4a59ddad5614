import test from "ava";
import { blockPages } from "../../../build/router/squid/block-pages.ts";
import type { PolicyConfig, Rule } from "../../../proxy/src/policy/policy-config.ts";

const rule = (name: string, action: Rule["action"]): Rule => ({
  name,
  action,
  groups: [],
  schedules: [],
  lists: [],
  methods: [],
});
const policy: PolicyConfig = {
  ...{ default: "allow", timeZone: "UTC", groups: {}, schedules: {}, lists: {} },
  rules: [rule("homework", "allow"), rule("100 % <games>", "block")],
};

test("each rule that blocks has a page, by its number", (t) => {
  t.deepEqual([...blockPages(policy).keys()], ["rule-2"]);
  t.deepEqual([...blockPages({ ...policy, default: "block" }).keys()], ["rule-2", "rule-0"]);
});

test("the rule's name is text, whatever is in it; squid fills in the time", (t) => {
  const page = blockPages(policy, "<p>{{rule}}, {{ time }}, 100%</p>").get("rule-2");
  t.is(page, "<p>100 %% &#60;games&#62;, %t, 100%%</p>");
});

test("without a page of the site's own there is one that says both", (t) => {
  t.regex(blockPages(policy).get("rule-2") ?? "", /100 %% &#60;games&#62;.*%t/);
});
