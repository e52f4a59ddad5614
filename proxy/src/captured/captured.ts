import type { Socket } from "node:net";
import { resetAtOnce, type AccessRecord } from "../access.ts";
import type { Connected } from "../connections.ts";
import { errorCode } from "../error-code.ts";
import { endLingering } from "../linger.ts";
import type { Verdict } from "../policy/judge.ts";
import { relay } from "../relay.ts";
import { reset } from "../reset.ts";
import type { Listened } from "../service.ts";
import type { Endpoint } from "../transport.ts";

/** A client that was accepted and may stay, and where it wants to go. */
export interface Captured extends Connected {
  readonly service: Listened;
  readonly client: Socket;
  readonly to: Endpoint;
  /** Since 1970. */
  readonly startedMs: number;
  /** What was asked for, if this is the inside of a tunnel: CONNECT and its target. */
  readonly tunnel: Pick<AccessRecord, "method" | "url" | "status"> | undefined;
  /** Bytes that came from it before; a tunnel's request. */
  readonly readBefore: number;
  /** Starts to connect onwards; throws an Error with the errno's name as its code. */
  readonly connect: () => Socket;
}

/** When something began: since 1970, and by `performance.now()`. */
type Since = Pick<Captured, "startedMs" | "startedAt">;

/** What is known of a line of the access log; it is one of the whole connection, unless it says otherwise. */
export type About = Partial<AccessRecord>;

/** Judges what can't be looked into: it has an address, and no path. */
export function judgeByAddress({ judge, to }: Captured): Verdict {
  const { address: host, port } = to;
  return judge.judge({ method: undefined, host, port, path: undefined });
}

/**
 * Connects onwards and relays all that comes from now on, and what was put back, unlooked at; writes the
 * line at the end.
 */
export function passOn(captured: Captured, about: About): void {
  let origin;
  try {
    origin = captured.connect();
  } catch (error) {
    return turnAway(captured, { ...about, ended: "failed", by: "proxy", error: errorCode(error) });
  }
  passOnTo(origin, captured, about);
}

/** Likewise to an origin that is there already. What `about` says of bytes was passed on before. */
export function passOnTo(origin: Socket, captured: Captured, about: About, since: Since = captured): void {
  const { service, client } = captured;
  captured.url = about.url ?? captured.url;
  captured.end = relay(client, origin, service.config, ({ bytesFromClient, bytesFromOrigin, ...outcome }) => {
    const line: About = {
      ...about,
      ended: outcome.ended,
      by: outcome.by,
      error: outcome.error,
      bytesFromClient: bytesFromClient + (about.bytesFromClient ?? 0),
      bytesToClient: bytesFromOrigin + (about.bytesToClient ?? 0),
    };
    writeLine(captured, line, since);
    service.connections.delete(client);
  });
}

/** Ends a client that isn't connected onwards: with some last bytes, or else with a reset. */
export function turnAway(captured: Captured, about: About, lastBytes?: Buffer): void {
  const { service, client } = captured;
  const bytesFromClient = client.bytesRead - captured.readBefore;
  client.once("close", () => service.connections.delete(client));
  captured.end = () => reset(client);
  if (lastBytes === undefined) {
    reset(client);
    writeLine(captured, { ended: "reset", by: "proxy", bytesFromClient, ...about });
  } else {
    client.write(lastBytes);
    endLingering(client);
    const bytesToClient = lastBytes.length;
    writeLine(captured, { bytesFromClient, bytesToClient, ...about });
  }
}

/** Writes a line of the access log, now that what it is about has ended. */
export function writeLine(captured: Captured, about: About, since: Since = captured): void {
  const { service, from, to, tunnel } = captured;
  service.access({
    ...resetAtOnce,
    ended: "closed",
    by: undefined,
    startedMs: since.startedMs,
    durationMs: Math.round(performance.now() - since.startedAt),
    client: from,
    destination: to,
    ...about,
    ...(about.event === "request" ? {} : tunnel),
  });
}
