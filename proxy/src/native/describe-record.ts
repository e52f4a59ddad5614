import { getSystemErrorName } from "node:util";
import { resetAtOnce, type AccessRecord } from "../access.ts";
import type { OpenConnection } from "../engine.ts";
import type { NativeRecord } from "./records.ts";

/** A record of what has ended, as the access log has it. */
export function toAccessRecord(record: NativeRecord, ruleNames: readonly string[]): AccessRecord {
  const { kind, method, status, why, error } = record;
  return {
    event: kind === "request" ? "request" : "connection",
    startedMs: record.startedMs,
    durationMs: Math.max(0, record.durationMs),
    client: record.client,
    destination: record.destination,
    method: method === "" ? undefined : method,
    url: urlOf(record),
    status: status === 0 ? undefined : status,
    verdict: record.verdict,
    rule: record.verdict === "refused" ? why : ruleNames[record.rule],
    ended: record.ended === "blocked" ? "reset" : record.ended,
    by: record.by,
    // What is wrong with an origin's answer is no errno.
    error:
      error !== 0 ? getSystemErrorName(-error) : record.verdict === "allowed" && why !== "" ? why : undefined,
    bytesFromClient: record.bytesFromClient,
    bytesToClient: record.bytesToClient,
  };
}

/** Of a connection that was reset before anything came of it. */
export function toRefusal({ startedMs, client, destination }: NativeRecord, why: string): AccessRecord {
  return { ...resetAtOnce, startedMs, client, destination, verdict: "refused", rule: why };
}

export function toOpenConnection(record: NativeRecord): OpenConnection {
  return {
    client: record.client,
    destination: record.destination,
    kind: record.carries,
    url: urlOf(record),
    ageMs: record.durationMs,
    bytes: record.bytesFromClient + record.bytesToClient,
  };
}

const notVisible = /[^!-~]/;

/** Of a request its URL, of TLS `host:port`. */
function urlOf({ method, host, target }: NativeRecord): string | undefined {
  if (host === "" && target === "") return undefined;
  const url = method === "" ? host : method === "CONNECT" ? target : `http://${host}${target}`;
  return notVisible.test(url) ? escapeInvisible(url) : url;
}

/** Percent-encodes what a terminal might take for a command. */
function escapeInvisible(text: string): string {
  return text.replace(
    /[^!-~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`,
  );
}
