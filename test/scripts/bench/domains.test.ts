import test from "ava";
import { lookalikeOf } from "../../../scripts/bench/check-peer.ts";
import { allowedHost, blockedCount, blockedDomains } from "../../../scripts/bench/domains.ts";

test("the blocked domains are as many as they say, none twice, and the same ones each time", (t) => {
  const domains = blockedDomains(blockedCount);
  t.is(new Set(domains).size, 100_000);
  t.deepEqual(blockedDomains(3), domains.slice(0, 3));
  t.true(domains.every((domain) => /^[a-z0-9]{1,63}\.[a-z.]+$/.test(domain)));
});

test("neither the load's host nor what only looks like a blocked name is below a blocked domain", (t) => {
  const domains = new Set(blockedDomains(blockedCount));
  const suffixes = (host: string) => host.split(".").map((_, index, labels) => labels.slice(index).join("."));
  t.true(suffixes(allowedHost).every((suffix) => !domains.has(suffix)));
  const lookalike = lookalikeOf(blockedDomains(50_001).at(-1) as string);
  t.true(suffixes(lookalike).every((suffix) => !domains.has(suffix)));
  t.false(
    suffixes(`www.${[...domains][7]}`).every((suffix) => !domains.has(suffix)),
    "control",
  );
});
