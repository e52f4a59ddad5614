import type { AccessRecord } from "../access.ts";
import { formatEndpoint } from "../addresses.ts";
import { formatTime } from "./time.ts";

/**
 * A record as a line of JSON, with its end; what is undefined is left out. `time` is when it ended
 * (ISO 8601, UTC), so that lines are in order. Put together by hand: it is a line for each request.
 */
export function formatAccessJson(record: AccessRecord): string {
  const { client, destination, method, url, status, rule, by, error } = record;
  let line = `{"time":"${formatTime(record.startedMs + record.durationMs)}","event":"${record.event}"`;
  line += `,"client":"${formatEndpoint(client)}"`;
  if (destination !== undefined) line += `,"destination":"${formatEndpoint(destination)}"`;
  if (method !== undefined) line += `,"method":${JSON.stringify(method)}`;
  if (url !== undefined) line += `,"url":${JSON.stringify(url)}`;
  if (status !== undefined) line += `,"status":${status}`;
  line += `,"verdict":"${record.verdict}"`;
  if (rule !== undefined) line += `,"rule":${JSON.stringify(rule)}`;
  line += `,"ended":"${record.ended}"`;
  if (by !== undefined) line += `,"by":"${by}"`;
  if (error !== undefined) line += `,"error":"${error}"`;
  const { bytesFromClient, bytesToClient, durationMs } = record;
  return `${line},"bytesFromClient":${bytesFromClient},"bytesToClient":${bytesToClient},"durationMs":${Math.round(durationMs)}}\n`;
}
