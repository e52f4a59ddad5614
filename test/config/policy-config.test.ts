import test from "ava";
import { policyConfig } from "../../build/config/policy-config.ts";
import { checkPolicyConfig } from "../../proxy/src/policy/check-policy.ts";
import { richSite } from "../setups.ts";

const paths = { setup: "/run/halfbridge/setup", onRouter: "/etc/halfbridge/lists" };
const { policy } = richSite;

test("what rules say of domains, URLs and patterns becomes lists of theirs, in that order behind those they name", (t) => {
  const { lists, rules } = policyConfig(policy, paths);
  t.deepEqual(rules[0], {
    name: "no games in lessons",
    action: "block",
    groups: ["pupils"],
    schedules: ["lessons"],
    lists: ["local", "games", "_rule-0-domains", "_rule-0-urls", "_rule-0-patterns"],
    methods: ["GET", "POST"],
  });
  t.deepEqual(lists["_rule-0-domains"], { format: "domains", entries: ["play.example"] });
  t.deepEqual(lists["_rule-0-urls"], { format: "urls", entries: ["www.example/games/"] });
  t.deepEqual(lists["_rule-0-patterns"], { format: "patterns", entries: ["||example.org^*.exe"] });
});

test("files have the paths that they have on the router", (t) => {
  const { lists, blockPageFile } = policyConfig(
    {
      ...policy,
      blockPage: "block-page.html",
      lists: {
        ads: { file: "lists/ads", entries: ["more.example"], format: "hosts" },
        local: { onRouter: "blocked.txt", entries: [], format: "domains" },
        few: { entries: ["few.example"], format: "auto" },
      },
    },
    paths,
  );
  t.is(blockPageFile, "/run/halfbridge/setup/block-page.html");
  t.deepEqual(lists["ads"], {
    file: "/run/halfbridge/setup/lists/ads",
    entries: ["more.example"],
    format: "hosts",
  });
  t.is(lists["local"]?.file, "/etc/halfbridge/lists/blocked.txt");
  t.deepEqual(lists["few"], { entries: ["few.example"], format: "auto" });
});

test("MACs are written as the kernel writes them", (t) => {
  const groups = { printer: { clients: [], macs: ["02:AB:00:00:00:01"] } };
  t.deepEqual(policyConfig({ ...policy, groups }, paths).groups["printer"]?.macs, ["02:ab:00:00:00:01"]);
});

test("the proxy takes what a sound site comes to", (t) => {
  t.deepEqual([...checkPolicyConfig(policyConfig(policy, paths), "")], []);
});
