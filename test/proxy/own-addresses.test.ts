import test from "ava";
import { canonicalAddress } from "../../proxy/src/addresses.ts";
import { ownDestinations } from "../../proxy/src/own-addresses.ts";
import { quickConfig } from "./loopback-lab.ts";

const forms: readonly [written: string, canonical: string][] = [
  ["10.1.2.2", "10.1.2.2"],
  ["2001:DB8:0:0::2", "2001:db8::2"],
  ["::ffff:10.1.2.2", "10.1.2.2"],
  ["::FFFF:a01:202", "10.1.2.2"],
  ["::ffff:255.255.255.255", "255.255.255.255"],
  ["fe80::1%lan", "fe80::1"],
  ["::", "::"],
];
for (const [written, canonical] of forms) {
  test(`${written} is compared as ${canonical}`, (t) => {
    t.is(canonicalAddress(written), canonical);
  });
}

const isOwn = ownDestinations({
  ...quickConfig,
  self: ["10.1.2.2", "2001:DB8::2"],
  listeners: [
    { kind: "transparent", address: "0.0.0.0", port: 3129 },
    { kind: "explicit", address: "2001:db8:1::1", port: 3128 },
  ],
});
const destinations: readonly [what: string, address: string, port: number, own: boolean][] = [
  ["an address of its own", "10.1.2.2", 80, true],
  ["the same, mapped into IPv6", "::ffff:10.1.2.2", 80, true],
  ["an IPv6 address of its own, written otherwise", "2001:db8:0::2", 443, true],
  ["another address", "10.1.2.3", 80, false],
  ["another IPv6 address", "2001:db8::3", 80, false],
  ["the port that it has at every IPv4 address", "198.51.100.1", 3129, true],
  ["that port at an IPv6 address", "2001:db8::3", 3129, false],
  ["where it listens", "2001:db8:1::1", 3128, true],
  ["another port where it listens", "2001:db8:1::1", 80, false],
  ["the loopback network", "127.9.9.9", 80, true],
  ["the IPv6 loopback", "::1", 80, true],
  ["no address, which Linux takes for this machine", "0.0.0.0", 80, true],
  ["no IPv6 address", "::", 80, true],
  ["an address that only begins alike", "::12", 80, false],
];
for (const [what, address, port, own] of destinations) {
  test(`to this router: ${what}: ${own ? "yes" : "no"}`, (t) => {
    t.is(isOwn({ address, port }), own);
  });
}
