import { isIP, type Socket } from "node:net";
import { canonicalAddress } from "./addresses.ts";
import { errorCode } from "./error-code.ts";
import { clientGone, Refusal } from "./refusal.ts";
import { classify } from "./relay.ts";
import type { Service } from "./service.ts";
import type { Endpoint } from "./transport.ts";

export interface Origin {
  readonly socket: Socket;
  readonly endpoint: Endpoint;
}

/**
 * Connects to an origin that a client (its address) asked for by name or address. All of it, with the
 * look-up, may take `connectTimeoutMs`; a name's addresses are tried one after the other, each for its
 * share. Ends early when the client is gone. Rejects with a Refusal.
 */
export async function connectOrigin(
  to: { readonly host: string; readonly port: number },
  client: string,
  gone: AbortSignal,
  { config, transport, resolve, isOwn, carries }: Service,
): Promise<Origin> {
  const { port } = to;
  if (!carries.has(port))
    throw new Refusal(403, "forbidden-port", `Port ${port} is not one of this proxy's.`);
  const from = config.originSees === "client" ? canonicalAddress(client) : undefined;
  const deadlineMs = performance.now() + config.connectTimeoutMs;
  const leftMs = (): number => deadlineMs - performance.now();

  const found = await within(leftMs(), gone, addressesOf(to.host, from, resolve));
  const addresses = found.filter((address) => !isOwn({ address, port }));
  if (addresses.length === 0) throw new Refusal(403, "loop", `${to.host} is this router itself.`);
  let failure: unknown;
  for (const [index, address] of addresses.entries()) {
    let socket;
    try {
      socket = transport.connect(from, { address, port });
      // Whoever gets the socket adds a listener; until then an error would be thrown.
      socket.on("error", () => {});
      await within(leftMs() / (addresses.length - index), gone, connected(socket));
      if (gone.aborted) throw clientGone();
      return { socket, endpoint: { address, port } };
    } catch (error) {
      socket?.destroy();
      failure = error;
    }
    if (gone.aborted) break;
  }
  throw failure instanceof Refusal ? failure : unreached(errorCode(failure), to.host);
}

/** Only addresses that can be connected to from `from`; undefined is either family. */
async function addressesOf(
  host: string,
  from: string | undefined,
  resolve: Service["resolve"],
): Promise<readonly string[]> {
  const family = from === undefined ? 0 : isIP(from) === 6 ? 6 : 4;
  if (isIP(host) !== 0) {
    const address = canonicalAddress(host);
    if (family === 0 || isIP(address) === family) return [address];
    throw new Refusal(502, "no-address", `${host} can't be connected to from an IPv${family} address.`);
  }
  try {
    return await resolve(host, family);
  } catch (error) {
    const kind = family === 0 ? "address" : `IPv${family} address`;
    throw new Refusal(502, "no-address", `No ${kind} of ${host} was found.`, errorCode(error));
  }
}

async function connected(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
}

async function within<Result>(ms: number, gone: AbortSignal, work: Promise<Result>): Promise<Result> {
  let giveUp = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  const given = new Promise<never>((_, reject) => {
    giveUp = () => reject(clientGone());
    timer = setTimeout(
      () => reject(new Refusal(504, "connect-timeout", "The origin didn't answer in time.")),
      Math.max(ms, 0),
    );
  });
  gone.addEventListener("abort", giveUp);
  if (gone.aborted) giveUp();
  try {
    return await Promise.race([work, given]);
  } finally {
    clearTimeout(timer);
    gone.removeEventListener("abort", giveUp);
  }
}

function unreached(code: string, host: string): Refusal {
  const ended = classify(code, "origin", false);
  if (ended === "connect-timeout") return new Refusal(504, ended, `${host} didn't answer.`, code);
  return new Refusal(502, ended, `${host} can't be reached (${code}).`, code);
}
