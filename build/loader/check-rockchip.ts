/**
 * What Rockchip's boot ROM and U-Boot's SPL will look for in `u-boot-rockchip.bin`, checked on the bytes.
 * Sources: U-Boot's doc/board/rockchip/rockchip.rst, tools/rkcommon.c, arch/arm/dts/rockchip-u-boot.dtsi.
 */

export const sectorBytes = 512;

/** Where the boot ROM looks on an SD card or eMMC. */
export const loaderOffsetBytes = 64 * sectorBytes;

/** Where SPL looks for U-Boot and the trusted firmware, as a flattened image tree. */
export const imageTreeOffsetBytes = 16384 * sectorBytes;

/** Where the first partition may begin. */
export const firstPartitionBytes = 16 * 1024 * 1024;

/** What stands before the first program, by SoC. */
const chipTags: Readonly<Record<string, string>> = { rk3328: "RK32", rk3399: "RK33" };

/** Says each thing that is wrong with a loader for an SoC (`rk3328`); none if it can be started from. */
export function checkRockchipLoader(loader: Buffer, soc: string): string[] {
  const treeAt = imageTreeOffsetBytes - loaderOffsetBytes;
  const end = loaderOffsetBytes + loader.length;
  return [
    ...checkFirstStage(loader, treeAt, soc),
    ...checkImageTree(loader.subarray(treeAt)),
    ...(end > firstPartitionBytes
      ? [`ends at ${end} bytes of the disk, but the first partition begins at ${firstPartitionBytes}`]
      : []),
  ];
}

/** U-Boot's image tree in a whole loader. */
export function imageTreeOf(loader: Buffer): Buffer {
  return loader.subarray(imageTreeOffsetBytes - loaderOffsetBytes);
}

/** The first sector is enciphered (RC4 with a key that everyone knows); programs follow it in plain. */
function checkFirstStage(loader: Buffer, limit: number, soc: string): string[] {
  if (loader.length < 5 * sectorBytes) return ["is too short to hold a first stage"];
  if (loader.subarray(0, 4).equals(Buffer.from("RKNS"))) {
    return ["is for the boot ROM of RK3568 and later, which have another header"];
  }
  const header = decipher(loader.subarray(0, sectorBytes));
  if (header.readUInt32LE(0) !== 0x0ff0aa55) {
    return ["doesn't begin with a header that Rockchip's boot ROM knows (0x0ff0aa55)"];
  }
  const begin = header.readUInt16LE(12) * sectorBytes;
  const size = header.readUInt16LE(508) * sectorBytes; // TPL and SPL, which begins at [506]
  const tag = loader.toString("latin1", begin, begin + 4);
  return [
    ...(header.readUInt32LE(8) === 1 ? [] : ["says that its programs are enciphered, which none is"]),
    ...(tag === chipTags[soc] ? [] : [`begins with a program for ${JSON.stringify(tag)}, not for ${soc}`]),
    ...(size > 0 && begin + size <= limit
      ? []
      : [`has a first stage of ${size} bytes, and ${limit - begin} are free before U-Boot`]),
  ];
}

/** The tree's structure (devicetree.org, 5.2); what it holds is for checkImages. */
function checkImageTree(tree: Buffer): string[] {
  if (tree.length < 40 || tree.readUInt32BE(0) !== 0xd00dfeed) {
    return [`has no image tree at sector ${imageTreeOffsetBytes / sectorBytes} of the disk`];
  }
  const size = tree.readUInt32BE(4);
  return size <= tree.length
    ? []
    : [`is cut off: its image tree has ${size} bytes, and ${tree.length} are there`];
}

const key = [124, 78, 3, 4, 85, 5, 9, 7, 45, 44, 123, 56, 23, 13, 23, 17];

/** RC4, which Node's OpenSSL no longer has. */
export function decipher(bytes: Buffer): Buffer {
  const box = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => box[index & 255] as number;
  const swap = (a: number, b: number): void => {
    [box[a], box[b]] = [at(b), at(a)];
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(i) + (key[i % key.length] as number)) & 255;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return Buffer.from(
    bytes.map((byte) => {
      i = (i + 1) & 255;
      j = (j + at(i)) & 255;
      swap(i, j);
      return byte ^ at(at(i) + at(j));
    }),
  );
}
