import type { Blame } from "./blame.ts";
import { formatAddress, isAddress, parseAddress, parsePrefix, prefixContains } from "./ipv4.ts";
import { canonical6, formatAddress6, isAddress6, parsePrefix6, prefixContains6 } from "./ipv6.ts";
import type { Site } from "./site-schema.ts";

/** Says what is wrong with an address or a prefix, of either family that is routed; whether nothing is. */
export function checkHosts(path: string, text: string, ipv6: Site["ipv6"], blame: Blame): boolean {
  const written = shortestForm(text);
  if (written === undefined) {
    blame(path, `is neither an address nor a prefix: ${text}`, "examples: 10.1.2.9, 2001:db8:1:2::/64");
  } else if (text.includes(":") && ipv6.handling !== "route") {
    blame(path, `is ${text}, but IPv6 isn't routed, so nobody of it is captured`, "leave it out");
  } else if (written !== text) {
    blame(path, `is written ${text}`, `in its shortest form, without host bits, it is ${written}`);
  } else return true;
  return false;
}

/** An address or a prefix of either family as it is to be written, or undefined when it is neither. */
function shortestForm(text: string): string | undefined {
  if (isAddress(text)) return text;
  if (isAddress6(text)) return canonical6(text);
  const prefix = parsePrefix(text);
  if (prefix !== undefined) return `${formatAddress(prefix.network)}/${prefix.length}`;
  const prefix6 = parsePrefix6(text);
  return prefix6 && `${formatAddress6(prefix6.network)}/${prefix6.length}`;
}

/** Whether all of an address or a prefix is in the LAN; where the LAN itself is at fault, it can't be said. */
export function isOfLan(text: string, { lan, ipv6 }: Pick<Site, "lan" | "ipv6">): boolean {
  const [address = "", length = "128"] = text.split("/"); // an address alone is longer than any prefix
  if (!text.includes(":")) {
    const prefix = parsePrefix(lan);
    return (
      prefix === undefined ||
      (Number(length) >= prefix.length && prefixContains(prefix, parseAddress(address)))
    );
  }
  const { lan: lan6 } = ipv6 as { lan?: string }; // the schema lets it be missing
  const prefix = lan6 === undefined ? undefined : parsePrefix6(lan6);
  return prefix === undefined || (Number(length) >= prefix.length && prefixContains6(prefix, address));
}
