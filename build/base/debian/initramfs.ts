import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTree, type Entry } from "../../core/tree.ts";
import type { Tools } from "../../debian/tools.ts";

/** Writes a tree as a zstd-compressed cpio archive in newc format (kernel: driver-api/early-userspace). */
export async function writeInitramfs(tree: readonly Entry[], file: string, tools: Tools): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "halfbridge-initramfs-"));
  try {
    await writeTree(tree, root);
    // with types, so that it doesn't walk into folders through links
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const names = entries.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).sort();
    const archive = `${root}.cpio`;
    await tools.run(
      "cpio",
      // -R 0:0 root owns all; --reproducible zeroes inode and device numbers
      [
        "--create",
        "--quiet",
        "--null",
        "--format=newc",
        "--owner=0:0",
        "--reproducible",
        `--file=${archive}`,
      ],
      { cwd: root, input: [".", ...names].map((name) => `${name}\0`).join("") },
    );
    await tools.run("zstd", ["-19", "--quiet", "--force", "--rm", archive, "-o", file]);
  } finally {
    await rm(`${root}.cpio`, { force: true });
    await rm(root, { recursive: true, force: true });
  }
}
