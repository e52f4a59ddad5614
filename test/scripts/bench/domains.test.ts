import test from "ava";
import { blockedCount, blockedDomains, probesOf } from "../../../scripts/bench/domains.ts";

test("the blocked domains are as many as they say, none twice, and the same ones each time", (t) => {
  const domains = blockedDomains(blockedCount);
  t.is(new Set(domains).size, 100_000);
  t.deepEqual(blockedDomains(3), domains.slice(0, 3));
  t.true(domains.every((domain) => /^[a-z0-9]{1,63}\.[a-z.]+$/.test(domain)));
});

test("of the probes just those are below a blocked domain that say so", (t) => {
  const domains = blockedDomains(blockedCount);
  const blocked = new Set(domains);
  const isBlocked = (host: string) =>
    host.split(".").some((_, index, labels) => blocked.has(labels.slice(index).join(".")));
  const probes = probesOf(domains[50_000] as string);
  t.deepEqual(probes.allowed.map(isBlocked), [false, false]);
  t.deepEqual(probes.blocked.map(isBlocked), [true, true]);
});
