import test from "ava";
import {
  canonical6,
  formatAddress6,
  isAddress6,
  parseAddress6,
  parsePrefix6,
  prefixContains6,
  type Prefix6,
} from "../../build/config/ipv6.ts";

test("an address is told from what isn't one", (t) => {
  for (const text of ["::", "::1", "2001:DB8::0:1", "2001:db8:0:0:1:0:0:1", "::ffff:10.1.2.3"])
    t.true(isAddress6(text), text);
  for (const text of ["", "10.1.2.3", "2001:db8::1::2", "2001:db8", "fe80::1%eth0", "[::1]", "::/0", "::g"])
    t.false(isAddress6(text), text);
});

test("an address has one form, as RFC 5952 says", (t) => {
  t.is(canonical6("2001:0DB8:0000:0000:0000:0000:0000:0001"), "2001:db8::1");
  t.is(canonical6("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1"); // one group alone isn't shortened
  t.is(canonical6("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1"); // the longest gap
  t.is(canonical6("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1"); // the first of equals
  t.is(canonical6("0:0:0:0:0:0:0:0"), "::");
  t.is(canonical6("::ffff:10.1.2.3"), "::ffff:a01:203");
  t.throws(() => canonical6("10.1.2.3"), { message: "not an IPv6 address: 10.1.2.3" });
});

test("an address and its number are the same", (t) => {
  t.is(parseAddress6("::"), 0n);
  t.is(parseAddress6("1::"), 1n << 112n);
  t.is(parseAddress6("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 2n ** 128n - 1n);
  for (const text of [
    "::",
    "::1",
    "1::",
    "2001:db8::1:0:0:1",
    "2001:db8:a:b:c:d:e:f",
    "fe80::5054:ff:fe00:1",
  ])
    t.is(formatAddress6(parseAddress6(text)), text);
});

test("a prefix loses its host bits", (t) => {
  t.deepEqual(parsePrefix6("2001:db8:1:2::7/64"), { network: 0x20010db8_00010002n << 64n, length: 64 });
  t.deepEqual(parsePrefix6("::/0"), { network: 0n, length: 0 });
  t.deepEqual(parsePrefix6("::1/128"), { network: 1n, length: 128 });
  for (const text of [
    "2001:db8::",
    "2001:db8::/",
    "2001:db8::/129",
    "2001:db8::/64/64",
    "10.1.2.0/24",
    "/64",
  ])
    t.is(parsePrefix6(text), undefined, text);
});

test("what is in a prefix is told from what is beside it", (t) => {
  const prefix = parsePrefix6("2001:db8:1:2::/64") as Prefix6;
  t.true(prefixContains6(prefix, "2001:db8:1:2:ffff:ffff:ffff:ffff"));
  t.true(prefixContains6(prefix, "2001:db8:1:2::"));
  t.false(prefixContains6(prefix, "2001:db8:1:3::"));
  t.false(prefixContains6(prefix, "2001:db8:1:1:ffff::"));
  t.true(prefixContains6({ network: 0n, length: 0 }, "ff02::1"));
});
