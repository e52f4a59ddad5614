import test from "ava";
import { marks } from "../../build/plan/network.ts";

test("every mark is one bit of its own, so that any of them can be set beside any other", (t) => {
  const bits = Object.values(marks);
  for (const bit of bits) t.is(bit & (bit - 1), 0, `0x${bit.toString(16)}`);
  t.is(new Set(bits).size, bits.length);
  t.false(bits.includes(0 as never));
});
