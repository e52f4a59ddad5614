import test from "ava";
import { MemoryRoom } from "../../../proxy/src/captured/memory-room.ts";
import { exposedGc, MiB } from "../flood.ts";

/** What sockets read, in parts as they do; a function of its own, so that nothing else holds it. */
const read = (bytes: number): Buffer[] =>
  Array.from({ length: bytes / 65_536 }, () => Buffer.allocUnsafeSlow(65_536).fill(1));

test.serial.before(() => void (globalThis.gc = exposedGc)); // as the router's Node has it

test.serial("bytes that somebody holds leave no room for more connections, and that is told once", (t) => {
  let told = 0;
  const room = new MemoryRoom(() => told++);
  const held = read(80 * MiB);
  t.false(room.admits());
  t.false(room.admits());
  t.is(told, 1);
  t.is(held.length, 1280);
});

test.serial("bytes that nobody holds any more take no room, collected or not", (t) => {
  t.is(read(80 * MiB).length, 1280);
  const room = new MemoryRoom(() => t.fail("there is room"));
  t.true(room.admits());
});
