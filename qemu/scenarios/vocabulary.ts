import type { Family } from "../../build/plan/network.ts";
import type { AnyPlan } from "../../build/plan/plan.ts";
import { printfClientHello } from "../client-hello.ts";
import type { Lane } from "../lab.ts";

/** A service of an origin: it answers with the address that it was asked from. */
export interface Service {
  readonly family: Family;
  readonly address: string;
  readonly port: number;
  /** What it is called in TLS. */
  readonly serverName?: string;
}

/** TCP ports on which every origin answers so; the first speaks HTTP. */
const servedPorts = [80, 443, 2222, 8080];

/** The services of an origin whose ports the site captures. */
export function capturedServices({ plan, topology }: Lane, origin = 1): Service[] {
  const { families, destinationPorts } = plan.network.capture;
  // squid would look a name up, and nobody in the lab knows it
  const names = plan.site.proxy.engine === "squid" ? {} : { serverName: "origin.example" };
  return families.flatMap((family) =>
    servedPorts
      .filter((port) => destinationPorts.includes(port))
      .map((port) => ({ family, address: addressOf(topology, family, origin), port, ...names })),
  );
}

/** A service that it doesn't capture. */
export function uncapturedService({ plan, topology }: Lane, family: Family, origin = 1): Service {
  const { destinationPorts } = plan.network.capture;
  const port = servedPorts.findLast((candidate) => !destinationPorts.includes(candidate)) as number;
  return { family, address: addressOf(topology, family, origin), port };
}

function addressOf({ origins, origins6 }: Lane["topology"], family: Family, number: number): string {
  return (family === "ipv4" ? origins : origins6)[number - 1] as string;
}

/** A command that prints whom the service was asked from. The word, if any, shows up in HTTP logs. */
export function ask(service: Service, word = "", seconds = 10): string {
  const { address, port } = service;
  return port === 80
    ? `wget -T ${seconds} -qO- 'http://${bracketed(address)}/cgi-bin/peer${word === "" ? "" : `?${word}`}'`
    : talk(`TCP:${bracketed(address)}:${port}`, service, seconds);
}

/** A command that prints what a server says: on 443, where TLS is captured, once it was spoken to; elsewhere at once. */
export function talk(to: string, { port, serverName }: Service, seconds: number): string {
  const socat = `socat -t ${seconds} - ${to},connect-timeout=${seconds}`;
  // shut-none: squid ends a connection whose client has said all
  return port === 443 ? `sh -c "printf '${printfClientHello(serverName)}' | ${socat},shut-none"` : socat;
}

export const tell = ({ address, port }: Service): string => `${bracketed(address)}:${port}`;

/** A host's address in a family. */
export const hostAddress = (
  host: { address: string; address6: string } | undefined,
  family: Family,
): string => (family === "ipv4" ? host?.address : host?.address6) ?? "";

export const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address);

/** The client that the site exempts from capture in every family; 0 if there is none. */
export const exemptNumber = ({ plan, topology }: Lane): number =>
  topology.clients.findIndex(({ address }) => plan.site.exempt.clients.includes(address)) + 1;

/** Whether the clients' own frames get to the ISP's link, and ARP with them. */
export const bridgesArp = ({ site }: AnyPlan): boolean =>
  site.arp === "bridge" || site.mode === "bridge-broute" || site.mode === "bridge-dnat";

/** Whether all that isn't captured crosses a bridge. */
export const isFullBridge = ({ site }: AnyPlan): boolean =>
  site.mode === "bridge-broute" || site.mode === "bridge-dnat";

/** The start of the hash of the plan that a router runs. */
export const runningPlan = ({ router }: Lane): Promise<string> =>
  router.console.succeed('sed -n "s/^PLAN=\'\\(.\\{12\\}\\).*/\\1/p" /run/halfbridge/setup/facts');

/** A command that posts bytes to an origin over HTTP and prints how many came there. */
export function upload({ plan }: Lane, address: string, bytes: number, seconds: number): string {
  const head = `POST /cgi-bin/digest HTTP/1.0\\r\\nHost: ${address}\\r\\nContent-Length: ${bytes}\\r\\n\\r\\n`;
  const body = `{ printf '${head}'; head -c ${bytes} /usr/bin/ip; }`;
  // squid ends a connection whose client has said all
  const end = plan.site.proxy.engine === "squid" ? ",shut-none" : "";
  return `${body} | timeout ${seconds} socat -t ${seconds} - TCP:${bracketed(address)}:80,connect-timeout=${seconds}${end} 2>/dev/null | sed -n '$s/^[0-9a-f]\\{64\\} //p'`;
}

/** On the router. (OpenWrt's BusyBox has no usleep, and sleeps for whole seconds.) */
export const shortSleep = "{ usleep 100000 2>/dev/null || sleep 1; }";
