import type { Tools } from "../debian/tools.ts";
import { fixedGuid, type Partition } from "./layout.ts";

/** An empty journaled ext4, byte for byte the same in every build. */
export async function makeData(
  board: string,
  { startBytes, sizeBytes }: Partition,
  tools: Tools,
  file: string,
): Promise<void> {
  const options = dataOptions(board, [`offset=${startBytes}`]);
  await tools.run(
    "mke2fs",
    ["-q", "-F", "-t", "ext4", "-L", "data", ...options, file, `${sizeBytes / 1024}k`],
    { env: { E2FSPROGS_FAKE_TIME: "1" } },
  );
}

/** mke2fs's options, with whatever makes two builds differ fixed; what is `extended` goes with -E. */
export function dataOptions(board: string, extended: readonly string[] = []): string[] {
  const uuid = fixedGuid(board, "data-uuid").toLowerCase();
  const all = [
    ...extended,
    `hash_seed=${uuid}`,
    "root_owner=0:0",
    "lazy_itable_init=0",
    "lazy_journal_init=0",
    "nodiscard",
  ];
  return [
    ...["-U", uuid, "-m", "1", "-J", "size=4"],
    ...["-O", "^metadata_csum_seed,^orphan_file", "-E", all.join(",")],
  ];
}
