import type { CapturedPort } from "../config.ts";
import type { Captured } from "./captured.ts";
import { serveHttp } from "./http-connection.ts";
import { serveRaw } from "./raw-connection.ts";
import { serveTls } from "./tls-connection.ts";

/** Judges what a client sends by what its destination's port carries, and relays it. */
export const serve: Readonly<Record<CapturedPort["carries"], (captured: Captured) => void>> = {
  http: serveHttp,
  tls: serveTls,
  raw: serveRaw,
};
