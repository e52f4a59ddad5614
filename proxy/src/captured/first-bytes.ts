import { classify } from "../relay.ts";
import { reset } from "../reset.ts";
import type { About, Captured } from "./captured.ts";

export interface FirstBytes {
  /** Gets all that has come so far; returns what to do once that is enough. */
  readonly onBytes: (bytes: Buffer) => (() => void) | undefined;
  /** The client has gone, or came too late: then it is still there, and may be answered. */
  readonly onEnd: (about: About) => void;
}

/**
 * Gathers what a client sends first, for as long as a head may take, from the beginning and
 * from its first byte on. What is enough is put back, and the client paused.
 */
export function gatherFirstBytes(captured: Captured, { onBytes, onEnd }: FirstBytes): void {
  const { client, service } = captured;
  const { headTimeoutMs } = service.config;
  let held: Buffer | undefined;

  const detach = (): void => {
    clearTimeout(timer);
    captured.end = () => reset(client);
    client.pause().off("data", onData).off("end", onClientEnd).off("error", onError);
  };
  const end = (about: About): void => {
    detach();
    onEnd(about);
  };
  const onData = (chunk: Buffer): void => {
    if (held === undefined) {
      clearTimeout(timer);
      timer = setTimeout(() => end({ ended: "idle", verdict: "refused", rule: "slow" }), headTimeoutMs);
    }
    held = held === undefined ? chunk : Buffer.concat([held, chunk]);
    const next = onBytes(held);
    if (next === undefined) return;
    detach();
    client.unshift(held);
    next();
  };
  const onClientEnd = (): void => end({ ended: "closed", by: "client" });
  const onError = ({ code }: NodeJS.ErrnoException): void =>
    end({ ended: classify(code, "client", false), by: "client", error: code });

  let timer = setTimeout(() => end({ ended: "idle" }), headTimeoutMs);
  captured.end = () => end({ ended: "stopped" });
  client.on("data", onData).on("end", onClientEnd).on("error", onError).resume();
}
