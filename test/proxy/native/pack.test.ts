import test from "ava";
import { packAddress, packEndpoints, packPages } from "../../../proxy/src/native/pack.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("addresses are 16 bytes, an IPv4 address mapped", (t) => {
  t.is(hex(packAddress("10.1.2.255")), "00000000000000000000ffff0a0102ff");
  t.is(hex(packAddress("::")), "0".repeat(32));
  t.is(hex(packAddress("2001:db8::5")), "20010db8000000000000000000000005");
  t.is(hex(packAddress("2001:db8:1:2:3:4:5:6")), "20010db8000100020003000400050006");
  t.is(hex(packAddress("fe80::1:0:0:1")), "fe800000000000000001000000000001");
});

test("an endpoint's port follows its address, in network order", (t) => {
  t.is(
    hex(
      packEndpoints([
        { address: "10.1.2.2", port: 0 },
        { address: "::1", port: 3129 },
      ]),
    ),
    `00000000000000000000ffff0a0102020000${"0".repeat(31)}10c39`,
  );
  t.is(packEndpoints([]).length, 0);
});

test("pages are counts, lengths and texts", (t) => {
  t.is(hex(packPages([["é", "b"], ["c"]])), "020000000200000002000000c3a90100000062010000000100000063");
});
