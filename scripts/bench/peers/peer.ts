import type { Command } from "../program.ts";

/** What a row of the table is about: a proxy as its users would set it up, or none. */
export interface Peer {
  readonly id: string;
  readonly title: string;
  /** Debian packages that it needs. */
  readonly packages: readonly string[];
  /** What of the traffic its policy sees. */
  readonly judges: "every request" | "the first request" | "nothing";
  /** Files in its folder that it is started with, by name. */
  readonly files: (place: Place) => Readonly<Record<string, string>>;
  /** Why it isn't what the row is about, by what it has said; undefined if it is. */
  readonly isNot?: (said: string) => string | undefined;
  /** Undefined where nothing is captured. It stays in the foreground and listens at `place.port`. */
  readonly command?: (place: Place) => Command;
}

export interface Place {
  /** Of its own, in memory. Its access log is there, too: what ends in `.log` is emptied between measurements. */
  readonly folder: string;
  /** Takes what TPROXY delivers. */
  readonly port: number;
  /** Whose connections it gets. */
  readonly client: string;
  /** Another one that is free, on the loopback. */
  readonly sparePort: number;
  /** Each is blocked with all below it. */
  readonly blocked: readonly string[];
  /** The names that are asked for; all are at the origin's address. */
  readonly hosts: readonly string[];
  readonly origin: string;
  /** What build-programs.ts has built. */
  readonly programs: string;
  readonly maxConnections: number;
}

/** One domain a line. */
export function lines(words: readonly string[]): string {
  return words.map((word) => `${word}\n`).join("");
}
