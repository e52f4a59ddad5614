import test from "ava";
import {
  checkRockchipLoader,
  decipher,
  firstPartitionBytes,
  imageTreeOffsetBytes,
  loaderOffsetBytes,
} from "../../build/loader/check-rockchip.ts";

const treeAt = imageTreeOffsetBytes - loaderOffsetBytes;

interface Parts {
  magic?: number;
  enciphered?: boolean;
  tag?: string;
  firstStageSectors?: number;
  treeMagic?: number;
  treeBytes?: number;
  lengthBytes?: number;
}

/** A loader of headers alone, as U-Boot 2025.01 writes them. */
function loaderWith(parts: Parts = {}): Buffer {
  const { magic = 0x0ff0aa55, enciphered = false, tag = "RK32", firstStageSectors = 232 } = parts;
  const { treeMagic = 0xd00dfeed, treeBytes = 4096, lengthBytes = treeAt + 900_000 } = parts;
  const header = Buffer.alloc(512);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(enciphered ? 0 : 1, 8);
  header.writeUInt16LE(4, 12);
  header.writeUInt16LE(40, 506);
  header.writeUInt16LE(firstStageSectors, 508);
  const loader = Buffer.alloc(lengthBytes, 0xff);
  decipher(header).copy(loader); // the cipher is its own reverse
  loader.write(tag, 4 * 512, "latin1");
  if (lengthBytes > treeAt + 8) {
    loader.writeUInt32BE(treeMagic, treeAt);
    loader.writeUInt32BE(treeBytes, treeAt + 4);
  }
  return loader;
}

test("a loader with both stages in their places can be started from", (t) => {
  t.deepEqual(checkRockchipLoader(loaderWith(), "rk3328"), []);
  t.deepEqual(checkRockchipLoader(loaderWith({ tag: "RK33" }), "rk3399"), []);
});

test("the header is deciphered as Rockchip's boot ROM does: the first bytes of Debian's rock-pi-e-rk3328", (t) => {
  const sector = Buffer.alloc(512);
  Buffer.from("3b8cdcfcbe9f9d51eb3034ce24511f98", "hex").copy(sector);
  t.is(decipher(sector).toString("hex", 0, 16), "55aaf00f000000000100000004000000");
});

const faulty: readonly [string, Parts, RegExp][] = [
  ["another magic number", { magic: 0x0ff0aa54 }, /header that Rockchip's boot ROM knows/],
  ["programs said to be enciphered", { enciphered: true }, /enciphered/],
  ["a program for another SoC", { tag: "RK33" }, /for "RK33", not for rk3328/],
  ["a first stage that reaches into U-Boot", { firstStageSectors: 16_380 }, /are free before U-Boot/],
  ["a first stage of nothing", { firstStageSectors: 0 }, /first stage of 0 bytes/],
  ["no image tree where SPL looks", { treeMagic: 0xffffffff }, /no image tree at sector 16384/],
  ["an image tree that is cut off", { treeBytes: 900_001 }, /is cut off/],
  ["only a first stage", { lengthBytes: 120_000 }, /no image tree at sector 16384/],
  ["a few bytes", { lengthBytes: 2052 }, /too short/],
  [
    "more bytes than there are before the first partition",
    { lengthBytes: firstPartitionBytes - loaderOffsetBytes + 1 },
    /the first partition begins at 16777216/,
  ],
];

for (const [what, parts, fact] of faulty) {
  test(`a loader with ${what} is told`, (t) => {
    const faults = checkRockchipLoader(loaderWith(parts), "rk3328");
    t.true(faults.length > 0);
    t.regex(faults.join("\n"), fact);
  });
}

test("a loader that ends just where the first partition begins fits", (t) => {
  const lengthBytes = firstPartitionBytes - loaderOffsetBytes;
  t.deepEqual(checkRockchipLoader(loaderWith({ lengthBytes }), "rk3328"), []);
});

test("the header of later boot ROMs is told as such", (t) => {
  const loader = loaderWith();
  loader.write("RKNS");
  t.regex(checkRockchipLoader(loader, "rk3328").join(), /RK3568/);
});
