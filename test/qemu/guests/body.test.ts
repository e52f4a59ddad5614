import { createHash } from "node:crypto";
import test from "ava";
import { bodySha256, makeBody } from "../../../qemu/guests/body.ts";

test("the body has 20 MB and the known checksum", (t) => {
  const body = makeBody();
  t.is(body.length, 20_000_000);
  t.is(createHash("sha256").update(body).digest("hex"), bodySha256);
});
