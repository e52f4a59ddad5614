import { isIP, Socket, type Server, type SocketConstructorOpts } from "node:net";

/** One end of a TCP connection. The address is an IPv4 or IPv6 literal as the kernel prints it. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** How connections come in and go out: the only part that needs privileges, so it can be replaced. */
export interface Transport {
  /** Lets the server accept captured connections here; throws or makes it emit `error` when that can't be. */
  listen(server: Server, at: Endpoint, backlog: number): void;
  /** Where the client of an accepted connection wanted to go. */
  originalDestination(accepted: Socket): Endpoint;
  /**
   * Starts to connect to `to` from an address, of the same family, that needn't be this machine's; from
   * this machine's own when it is undefined. The socket emits `connect` or `error`; one that can't even
   * be opened throws an Error with the errno's name as its code.
   */
  connect(from: string | undefined, to: Endpoint): Socket;
}

/** What `proxy/addon/transparent.c` exports. */
export interface TransparentAddon {
  /** The MAC of a neighbour on a device, as `02:00:00:00:00:01`, where the kernel knows it. */
  readonly neighbour: (address: string, device: string) => string | undefined;
  readonly listener: (address: string, port: number) => number;
  readonly outgoing: (address: string, port: number, mark: number) => number;
}

export function isTransparentAddon(addon: object): addon is TransparentAddon {
  return "listener" in addon && "outgoing" in addon && "neighbour" in addon;
}

/** The bytes that a stream queues before it asks its source to wait; Node's own 64 KiB is too much here. */
export const highWaterMark = 16 * 1024;

/**
 * Connections as TPROXY delivers them (Documentation/networking/tproxy.rst): the accepted socket's
 * local address is the original destination, and the origin sees the address that it is told to.
 *
 * An outgoing socket is bound by the addon but connected by Node: a descriptor that is connected
 * before Node gets it emits no `connect`, and says that it was refused only on the first write.
 */
export function transparentTransport(addon: TransparentAddon, mark: number): Transport {
  return {
    listen(server, at, backlog) {
      server.listen({ fd: addon.listener(at.address, at.port), backlog });
    },
    originalDestination({ localAddress = "", localPort = 0 }) {
      return { address: localAddress, port: localPort };
    },
    connect(from, to) {
      // Unspecified, the kernel chooses at connect, by the route.
      const source = from ?? (isIP(to.address) === 6 ? "::" : "0.0.0.0");
      if (isIP(source) !== isIP(to.address)) throw unreachableFamily(source, to);
      // Source port 0: the client's own port may still be in use towards the same origin.
      const fd = addon.outgoing(source, 0, mark);
      const options: SocketConstructorOpts & { highWaterMark: number } = {
        fd,
        allowHalfOpen: true,
        highWaterMark,
      };
      return new Socket(options).setNoDelay(true).connect({ host: to.address, port: to.port });
    },
  };
}

function unreachableFamily(source: string, to: Endpoint): Error {
  return Object.assign(new Error(`${to.address} can't be connected to from ${source}`), {
    code: "EAFNOSUPPORT",
  });
}
