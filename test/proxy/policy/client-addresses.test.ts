import test from "ava";
import { lastOf, parseAddress, parsePrefix } from "../../../proxy/src/policy/client-addresses.ts";

test("an address is read to four words, IPv4 as mapped", (t) => {
  t.deepEqual(parseAddress("10.1.2.255"), [0, 0, 0xffff, 0x0a01_02ff]);
  t.deepEqual(parseAddress("::ffff:10.1.2.255"), [0, 0, 0xffff, 0x0a01_02ff]);
  t.deepEqual(parseAddress("::FFFF:a01:2ff"), [0, 0, 0xffff, 0x0a01_02ff]);
  t.deepEqual(parseAddress("2001:db8::8:800:200c:417a"), [0x2001_0db8, 0, 0x0008_0800, 0x200c_417a]);
  t.deepEqual(parseAddress("::"), [0, 0, 0, 0]);
  t.deepEqual(parseAddress("1:2:3:4:5:6:7::"), [0x1_0002, 0x3_0004, 0x5_0006, 0x7_0000]);
  t.deepEqual(parseAddress("ffff::ffff"), [0xffff_0000, 0, 0, 0xffff]);
});

test("what is no address, or has a zone, is none", (t) => {
  for (const text of ["", "router", "10.1.2", "10.1.2.256", "10.1.2.3/24", "fe80::1%lan", "1::2::3", ":::"])
    t.is(parseAddress(text), undefined, text);
});

test("a prefix has a length, and no bits beyond it", (t) => {
  t.deepEqual(parsePrefix("10.1.2.0/23"), { words: [0, 0, 0xffff, 0x0a01_0200], length: 119 });
  t.deepEqual(parsePrefix("10.1.2.3"), { words: [0, 0, 0xffff, 0x0a01_0203], length: 128 });
  t.deepEqual(parsePrefix("0.0.0.0/0"), { words: [0, 0, 0xffff, 0], length: 96 });
  t.deepEqual(parsePrefix("2001:db8::/33"), { words: [0x2001_0db8, 0, 0, 0], length: 33 });
  t.deepEqual(parsePrefix("::/0"), { words: [0, 0, 0, 0], length: 0 });
  for (const text of [
    "10.1.3.0/23",
    "10.1.2.0/33",
    "10.1.2.0/",
    "10.1.2.0/08",
    "2001:db8:8000::/32",
    "::/129",
  ])
    t.is(parsePrefix(text), undefined, text);
});

test("a prefix ends with its last address", (t) => {
  const last = (text: string) => lastOf(parsePrefix(text) ?? { words: [1, 2, 3, 4], length: 128 });
  t.deepEqual(last("10.1.2.0/23"), parseAddress("10.1.3.255"));
  t.deepEqual(last("10.1.2.3"), parseAddress("10.1.2.3"));
  t.deepEqual(last("2001:db8::/33"), parseAddress("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"));
  t.deepEqual(last("::/0"), parseAddress("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
});
