import type { Socket } from "node:net";
import { resetAtOnce } from "./access.ts";
import { canonicalAddress } from "./addresses.ts";
import { shortAnswer } from "./captured/short-answer.ts";
import { endLingering } from "./linger.ts";
import { reset } from "./reset.ts";
import type { Listened } from "./service.ts";

/** What Node's HTTP server tells as `clientError`. */
export interface ClientError extends NodeJS.ErrnoException {
  /** Where it couldn't go on. */
  readonly rawPacket?: Buffer;
}

/**
 * Answers what an explicit port's client has sent and couldn't be read as a request, as on captured ports, and ends.
 * While an answer to another request is due (`isDue`), this one would be taken for that: then there is a reset.
 */
export function refuseUnread(
  error: ClientError,
  client: Socket,
  isDue: boolean,
  { access }: Pick<Listened, "access">,
): void {
  // What is still read while it ends is no request, either.
  if (!client.writable) return;
  const fault = client.bytesRead > 0 ? faultOf(error.code) : undefined;
  if (isDue || fault === undefined) return reset(client);
  const [status, why] = fault;
  const { remoteAddress = "", remotePort = 0 } = client;
  const bytes = shortAnswer(status, why);
  client.write(bytes);
  endLingering(client);
  access({
    ...resetAtOnce,
    event: "request",
    startedMs: Date.now(),
    client: { address: canonicalAddress(remoteAddress), port: remotePort },
    status,
    verdict: "refused",
    rule: why,
    ended: "closed",
    by: undefined,
    bytesFromClient: error.rawPacket?.length ?? 0,
    bytesToClient: bytes.length,
  });
}

/** By the codes of Node's errors; those of the socket aren't the request's. */
function faultOf(code = ""): readonly [status: number, why: string] | undefined {
  if (code === "HPE_HEADER_OVERFLOW") return [431, "head-too-long"];
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return [408, "slow"];
  return code.startsWith("HPE_") ? [400, "malformed"] : undefined;
}
