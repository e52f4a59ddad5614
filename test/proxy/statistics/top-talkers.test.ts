import test from "ava";
import { FrequentKeys } from "../../../proxy/src/statistics/frequent-keys.ts";
import { TopTalkers } from "../../../proxy/src/statistics/top-talkers.ts";
import { answered, samples } from "../log/records.ts";

test("as long as there is room, counts are exact", (t) => {
  const counts = new FrequentKeys(3);
  for (const key of ["a", "b", "a", "c", "a"]) counts.add(key, 1, 0, 10);
  t.deepEqual(
    counts.all().map(({ key, requests, bytes, missing }) => [key, requests, bytes, missing]),
    [
      ["a", 3, 30, 0],
      ["b", 1, 10, 0],
      ["c", 1, 10, 0],
    ],
  );
});

test("the most frequent stay, however many rare ones come; of late ones some may be missing, as said", (t) => {
  const counts = new FrequentKeys(20);
  for (let number = 0; number < 20_000; number++) {
    counts.add(`rare ${number}`, 1, 0, 0);
    if (number % 5 === 0) counts.add("frequent", 1, 0, 0);
    if (number >= 10_000 && number % 4 === 0) counts.add("late", 1, 0, 0);
    if (number % 100 === 0) t.true(counts.all().length <= 20);
  }
  const find = (wanted: string) => counts.all().find(({ key }) => key === wanted);
  for (const [key, count] of [
    ["frequent", 4000],
    ["late", 2500],
  ] as const) {
    const { requests = 0, missing = 0 } = find(key) ?? {};
    t.true(requests <= count && count <= requests + missing, `${key}: ${requests}, and ${missing}`);
  }
});

test("clients go by address, and hosts by name, whatever the URL looks like", (t) => {
  const top = new TopTalkers();
  for (const url of [
    "http://a.example/x",
    "http://a.example:8080",
    "a.example:443",
    "http://[2001:db8::1]:81/",
    "[2001:db8::1]:443",
  ])
    top.add({ ...answered, url });
  top.add({ ...answered, ...samples["raw port"] });
  top.add({ ...answered, ...samples["request, blocked"] });
  const { clients, hosts } = top.list(10);
  t.deepEqual(
    clients.map(({ key, requests, blocked }) => [key, requests, blocked]),
    [["10.1.2.50", 7, 1]],
  );
  t.deepEqual(
    hosts.map(({ key, requests }) => [key, requests]),
    [
      ["a.example", 3],
      ["2001:db8::1", 2],
      ["2001:db8:2::80", 1],
      ["example.org", 1],
    ],
  );
  t.is(top.list(1).hosts.length, 1);
});

test("what is older than ten minutes is forgotten", (t) => {
  let now = 1_000_000;
  const top = new TopTalkers(() => now);
  const minutes = (count: number) => (now += count * 60_000);
  top.add(answered);
  minutes(6);
  top.add({ ...answered, url: "http://b.example/" });
  t.deepEqual(
    top.list(9).hosts.map(({ key }) => key),
    ["example.org", "b.example"],
  );
  t.is(top.list(9).sinceMs, 1_000_000);
  minutes(5);
  t.deepEqual(
    top.list(9).hosts.map(({ key }) => key),
    ["b.example"],
  );
  minutes(30);
  t.deepEqual(top.list(9).hosts, []);
  now = 0; // the clock is set
  t.deepEqual(top.list(9), { sinceMs: 0, clients: [], hosts: [] });
});
