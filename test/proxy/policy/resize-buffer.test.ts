import test from "ava";
import { resizeBuffer } from "../../../proxy/src/policy/resize-buffer.ts";

for (const node of ["with", "without"])
  test(`${node} ArrayBuffer.prototype.transfer, bytes stay and the old buffer is given back`, (t) => {
    const make = (...bytes: number[]): ArrayBuffer => {
      const { buffer } = Uint8Array.from(bytes);
      return node === "with" ? buffer : Object.defineProperty(buffer, "transfer", { value: undefined });
    };
    const before = make(1, 2, 3);
    t.deepEqual([...new Uint8Array(resizeBuffer(before, 5))], [1, 2, 3, 0, 0]);
    t.is(before.byteLength, 0);
    t.deepEqual([...new Uint8Array(resizeBuffer(make(1, 2, 3), 2))], [1, 2]);
    t.is(resizeBuffer(make(1), 0).byteLength, 0);
  });
