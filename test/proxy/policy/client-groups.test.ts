import test from "ava";
import { parseAddress, parsePrefix } from "../../../proxy/src/policy/client-addresses.ts";
import { addressRanges } from "../../../proxy/src/policy/client-groups.ts";
import { compilePolicy } from "../../../proxy/src/policy/compile-policy.ts";
import type { Group } from "../../../proxy/src/policy/policy-config.ts";
import { judgeByTable } from "../../../proxy/src/policy/table-judge.ts";
import { emptyPolicy } from "./policies.ts";
import { randomNumbers } from "./random-policies.ts";

const groupsFinder = async (
  groups: Record<string, Group>,
  macOf?: (address: string) => string | undefined,
) => {
  const surroundings = { running: () => 0, ...(macOf === undefined ? {} : { macOf }) };
  const judge = judgeByTable(await compilePolicy({ ...emptyPolicy, groups }), surroundings);
  return (address: string) => judge.groupsOf(address);
};
const group = (...clients: string[]): Group => ({ clients, macs: [] });

test("a client is in each group that has its address", async (t) => {
  const groupsOf = await groupsFinder({
    lan: group("10.1.2.0/24", "2001:db8::/32"),
    staff: group("10.1.2.128/25", "2001:db8:0:1::/64"),
    printer: group("10.1.2.200"),
    all: group("0.0.0.0/0", "::/0"),
  });
  t.is(groupsOf("10.1.2.1"), 0b1001);
  t.is(groupsOf("10.1.2.199"), 0b1011);
  t.is(groupsOf("10.1.2.200"), 0b1111);
  t.is(groupsOf("10.1.2.201"), 0b1011);
  t.is(groupsOf("10.1.3.0"), 0b1000);
  t.is(groupsOf("255.255.255.255"), 0b1000);
  t.is(groupsOf("2001:db8:0:2::1"), 0b1001);
  t.is(groupsOf("2001:db8:0:1::1"), 0b1011);
  t.is(groupsOf("2001:db9::"), 0b1000);
});

test("IPv4 is the same however a socket says it, and a zone doesn't matter", async (t) => {
  const groupsOf = await groupsFinder({ lan: group("10.1.2.0/24"), link: group("fe80::/10") });
  t.is(groupsOf("::ffff:10.1.2.3"), 1);
  t.is(groupsOf("fe80::1%eth1"), 2);
  t.is(groupsOf("10.1.1.255"), 0);
  t.is(groupsOf("nobody"), 0);
});

test("overlapping prefixes of one group end where the widest ends", async (t) => {
  const groupsOf = await groupsFinder({ lan: group("10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16") });
  t.deepEqual(["9.255.255.255", "10.1.255.255", "10.2.0.0", "11.0.0.0"].map(groupsOf), [0, 1, 1, 0]);
});

test("random prefixes come to what each by itself says", (t) => {
  const next = randomNumbers(3);
  const byte = () => Math.floor(next() * 3) * 127;
  for (let round = 0; round < 50; round++) {
    const groups = Array.from({ length: 6 }, () =>
      group(
        ...Array.from({ length: 4 }, () => {
          const length = Math.floor(next() * 33);
          const word =
            ((byte() << 24) | (byte() << 16) | (byte() << 8) | byte()) &
            (length === 0 ? 0 : -1 << (32 - length));
          return `${[24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join(".")}/${length}`;
        }),
      ),
    );
    const ranges = addressRanges(groups);
    for (let count = 0; count < 50; count++) {
      const [, , , address = 0] = parseAddress([byte(), byte(), byte(), byte()].join(".")) ?? [];
      const expected = groups.reduce((mask, { clients }, index) => {
        const isIn = clients
          .map((text) => parsePrefix(text))
          .some((prefix) => {
            const bits = (prefix?.length ?? 0) - 96;
            return bits === 0 || (address ^ (prefix?.words[3] ?? 0)) >>> (32 - bits) === 0;
          });
        return isIn ? mask | (1 << index) : mask;
      }, 0);
      const range = ranges.findLast(({ words }) => words[2] === 0xffff && (words[3] ?? 0) <= address);
      t.is(range?.groups ?? 0, expected);
    }
  }
});

test("a MAC counts beside the address, in upper or lower case, where the router knows it", async (t) => {
  const macs = new Map([
    ["10.1.2.3", "02:00:00:00:00:0A"],
    ["10.1.2.4", "02:00:00:00:00:0b"],
  ]);
  const groups = {
    lan: group("10.1.2.0/24"),
    tablets: { clients: [], macs: ["02:00:00:00:00:0a", "ff:ff:ff:ff:ff:ff"] },
  };
  const groupsOf = await groupsFinder(groups, (address) => macs.get(address));
  t.deepEqual(["10.1.2.3", "10.1.2.4", "10.1.2.5"].map(groupsOf), [0b11, 0b01, 0b01]);
  const without = await groupsFinder(groups);
  t.is(without("10.1.2.3"), 0b01);
});

test("nobody is asked for a MAC if no group goes by it", async (t) => {
  const groupsOf = await groupsFinder({ lan: group("10.1.2.0/24") }, () => t.fail());
  t.is(groupsOf("10.1.2.3"), 1);
});
