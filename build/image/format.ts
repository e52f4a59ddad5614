import type { Board } from "../config/board.ts";
import type { Package } from "../debian/packages.ts";
import type { Tools } from "../debian/tools.ts";
import type { Loader } from "../loader/loader.ts";
import type { Layout } from "./layout.ts";

/** What a slot's boot partition is made of; files on this machine. */
export interface BootParts {
  readonly board: Board;
  /** As the boot loader takes it: compressed by gzip on arm64. */
  readonly kernel: string;
  readonly initramfs: string;
  /** The board's own, where it has one. */
  readonly deviceTree: string | undefined;
  /** Which root file system the kernel belongs to (identifySquashfs). */
  readonly rootIdentity: string;
}

/** What goes into a slot: the files of its two partitions. */
export interface Slot {
  readonly boot: string;
  readonly root: string;
}

/** What starts a disk, besides what is in its slots. */
export interface Starter {
  /** Packages of the board's architecture that loaderPackages names. */
  readonly packages: readonly Package[];
  /** What a board's profile asks for in /loader. */
  readonly loader: Loader | undefined;
}

/** A kind of disk image. Which one a board has, its profile says (/image/format). */
export interface ImageFormat {
  /** Debian packages of the board's architecture that its boot loader is from. */
  loaderPackages(board: Board): readonly string[];
  /** What it puts onto the first partition besides the loader's parts, in bytes, roughly. */
  readonly starterBytes: number;
  /** Where everything is on the disk. A flashed disk's layout never changes. */
  layout(board: Board): Layout;
  /** Writes what a slot's boot partition holds. */
  writeBoot(parts: BootParts, tools: Tools, file: string): Promise<void>;
  /** Writes a disk whose slot A is filled; slot B is for the first update. */
  writeDisk(board: Board, slot: Slot, starter: Starter, tools: Tools, file: string): Promise<void>;
}
