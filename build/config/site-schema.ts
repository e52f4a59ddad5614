import type { FromSchema } from "json-schema-to-ts";
import { policySchema } from "./policy-schema.ts";
import { proxySchema } from "./proxy-schema.ts";

const ipv4 = {
  type: "string",
  pattern: "^([0-9]{1,3}\\.){3}[0-9]{1,3}$",
} as const;

const ipv6 = { type: "string", pattern: "^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$" } as const;

const prefixes = {
  type: "array",
  uniqueItems: true,
  items: { type: "string", pattern: "^[0-9a-fA-F:.]+(/[0-9]{1,3})?$" },
  default: [],
} as const;

/** The one source for what a site file may say: ajv runs it, editors read it, `Site` is typed by it. */
export const siteSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Halfbridge site",
  description: "What the network is to be: addresses, mode, dialect, captured ports, policy, proxy.",
  type: "object",
  additionalProperties: false,
  required: ["name", "mode", "dialect", "lan", "router", "ispRouter", "capture"],
  properties: {
    name: { type: "string", pattern: "^[a-z0-9][a-z0-9-]*$" },
    hostname: {
      type: "string",
      pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
      default: "halfbridge",
    },
    mode: {
      enum: ["half-bridge", "bridge-broute", "bridge-dnat", "proxy-arp"],
      description: "How foreign packets get into the proxy; docs/modes.md compares them.",
    },
    dialect: {
      enum: ["legacy", "nft", "ebtables-nft"],
      description:
        "legacy: ebtables, iptables and tc; nft: nftables. ebtables-nft can't do it and is refused.",
    },
    arp: {
      enum: ["answer", "bridge"],
      default: "answer",
      description:
        "half-bridge only. answer: the router answers ARP for the other side; bridge: ARP crosses, hosts answer themselves.",
    },
    lan: {
      type: "string",
      pattern: "^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$",
      description: "The LAN's prefix, which the ISP's router has on its own wire.",
      examples: ["10.1.2.0/24"],
    },
    router: { ...ipv4, description: "This router's own address, inside the LAN's prefix." },
    ispRouter: { ...ipv4, description: "The ISP's router, inside the LAN's prefix." },
    ipv6: {
      type: "object",
      additionalProperties: false,
      default: {},
      required: [],
      description: "What becomes of IPv6; it never goes around the filter unless the site says bridge.",
      properties: {
        handling: {
          enum: ["route", "bridge", "block"],
          default: "block",
          description:
            "route: filtered like IPv4, with the addresses below; bridge: crosses unfiltered; block: doesn't cross.",
        },
        lan: {
          type: "string",
          pattern: "^[0-9a-fA-F:.]+/[0-9]{1,3}$",
          description: "The LAN's IPv6 prefix, which the ISP's router has on its own wire.",
          examples: ["2001:db8:1:2::/64"],
        },
        router: { ...ipv6, description: "This router's own IPv6 address, inside that prefix." },
        ispRouter: { ...ipv6, description: "The ISP's router, inside that prefix." },
      },
    },
    transparency: {
      type: "object",
      additionalProperties: false,
      default: {},
      required: [],
      description: "The two switches of the 2007 post.",
      properties: {
        client: {
          type: "boolean",
          default: true,
          description: "Clients are captured; false: they have to ask the proxy (absolute-form or CONNECT).",
        },
        server: {
          type: "boolean",
          default: true,
          description: "Origins see the client's address; false: the router's.",
        },
      },
    },
    capture: {
      type: "array",
      minItems: 1,
      maxItems: 15,
      description: "TCP destination ports that go through the proxy; at most 15 (iptables' multiport).",
      examples: [[{ port: 80, carries: "http" }]],
      items: {
        type: "object",
        additionalProperties: false,
        required: ["port", "carries"],
        examples: [{ port: 80, carries: "http" }],
        properties: {
          port: { type: "integer", minimum: 1, maximum: 65535 },
          carries: { enum: ["http", "tls", "raw"], description: "What the proxy may expect there." },
        },
      },
    },
    exempt: {
      type: "object",
      additionalProperties: false,
      default: {},
      required: [],
      description: "Who is never captured, by address or prefix, IPv4 or IPv6.",
      properties: {
        clients: { ...prefixes, description: "Of the LAN." },
        destinations: { ...prefixes, description: "Beyond it." },
      },
    },
    failMode: {
      enum: ["open", "closed"],
      default: "closed",
      description:
        "With the proxy away, open: clients reach origins directly; closed: nothing captured gets out.",
    },
    ispMtu: {
      type: "integer",
      minimum: 1280,
      maximum: 1500,
      default: 1500,
      description: "The smallest MTU on the way to the ISP (PPPoE: 1492); TCP segments are kept below it.",
    },
    policy: policySchema,
    proxy: proxySchema,
    console: {
      enum: ["root-shell", "log-only"],
      default: "log-only",
      description: "What whoever holds the console cable gets.",
    },
  },
} as const;

/** A site as its file says it: what has a default may be missing. */
export type SiteFile = FromSchema<typeof siteSchema, { keepDefaultedPropertiesOptional: true }>;

type Filled<Key extends keyof SiteFile> = Required<NonNullable<SiteFile[Key]>>;

/** A site with its defaults filled in. */
export type Site = Required<
  Omit<SiteFile, "dialect" | "ipv6" | "transparency" | "exempt" | "policy" | "proxy">
> & {
  readonly dialect: Exclude<SiteFile["dialect"], "ebtables-nft">;
  readonly ipv6: Ipv6;
  readonly transparency: Filled<"transparency">;
  readonly exempt: Filled<"exempt">;
  readonly policy: Policy;
  readonly proxy: FromSchema<typeof proxySchema>;
};

/** `blockPage`, and the `file` of each list, are names in the folder where a set-up is (site-files.ts). */
export type Policy = FromSchema<typeof policySchema>;

/** IPv6 has addresses where it is routed, and only there. */
export type Ipv6 =
  | { readonly handling: "bridge" | "block" }
  | { readonly handling: "route"; readonly lan: string; readonly router: string; readonly ispRouter: string };
