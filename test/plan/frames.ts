import { parseAddress, parsePrefix, prefixContains } from "../../build/config/ipv4.ts";
import { parsePrefix6, prefixContains6 } from "../../build/config/ipv6.ts";
import type { FrameMatch, FrameRule, FrameVerdict } from "../../build/plan/network.ts";

/** A frame as far as a rule can see it; addressed to another host, if it isn't said. */
export interface Frame {
  readonly port: string;
  readonly addressedTo?: "host" | "other" | "all";
  readonly arp?: {
    readonly operation: "request" | "reply";
    readonly sender: string;
    readonly target: string;
  };
  readonly ip?: {
    readonly from: string;
    readonly to: string;
    readonly protocol: "tcp" | "udp" | "icmp" | "neighbour";
    readonly sourcePort?: number;
    readonly destinationPort?: number;
    readonly fragment?: true;
  };
}

/** What rules say of a frame: the first that fits decides. */
export function verdictOf(rules: readonly FrameRule[], otherwise: FrameVerdict, frame: Frame): FrameVerdict {
  return rules.find((rule) => fits(rule, frame))?.verdict ?? otherwise;
}

function fits({ port, match }: FrameRule, frame: Frame): boolean {
  return (
    (port === undefined || port === frame.port) &&
    (match.addressedTo === undefined || match.addressedTo === (frame.addressedTo ?? "other")) &&
    (match.arp === undefined || fitsArp(match.arp, frame.arp)) &&
    (match.ip === undefined || fitsIp(match.ip, frame.ip))
  );
}

function fitsArp(match: NonNullable<FrameMatch["arp"]>, arp: Frame["arp"]): boolean {
  return (
    arp !== undefined &&
    (match.request === undefined || arp.operation === "request") &&
    (match.gratuitous === undefined || arp.sender === arp.target) &&
    isIn(match.sender, arp.sender) &&
    isIn(match.target, arp.target)
  );
}

function fitsIp(match: NonNullable<FrameMatch["ip"]>, ip: Frame["ip"]): boolean {
  return (
    ip !== undefined &&
    match.family === (ip.from.includes(":") ? "ipv6" : "ipv4") &&
    isIn(match.from, ip.from) &&
    isIn(match.to, ip.to) &&
    (match.protocol === undefined || match.protocol === ip.protocol) &&
    isOneOf(match.sourcePorts, ip.sourcePort) &&
    isOneOf(match.destinationPorts, ip.destinationPort) &&
    (match.fragment === undefined || ip.fragment === true)
  );
}

const isOneOf = (ports: readonly number[] | undefined, port: number | undefined): boolean =>
  ports === undefined || (port !== undefined && ports.includes(port));

function isIn(wanted: string | undefined, address: string): boolean {
  if (wanted === undefined || wanted === address) return true;
  const prefix = parsePrefix(wanted);
  if (prefix !== undefined) return !address.includes(":") && prefixContains(prefix, parseAddress(address));
  const prefix6 = parsePrefix6(wanted);
  return prefix6 !== undefined && address.includes(":") && prefixContains6(prefix6, address);
}
