import type { FromSchema } from "json-schema-to-ts";

const ipv4 = {
  type: "string",
  pattern: "^([0-9]{1,3}\\.){3}[0-9]{1,3}$",
} as const;

/** The one source for what a site file may say: ajv runs it, editors read it, `Site` is typed by it. */
export const siteSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Halfbridge site",
  description: "What the network is to be: addresses, mode, dialect, captured ports, proxy.",
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
    mode: { enum: ["half-bridge"], description: "How foreign packets get into the proxy." },
    dialect: { enum: ["legacy"], description: "legacy: ebtables and iptables." },
    lan: {
      type: "string",
      pattern: "^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$",
      description: "The LAN's prefix, which the ISP's router has on its own wire.",
      examples: ["10.1.2.0/24"],
    },
    router: { ...ipv4, description: "This router's own address, inside the LAN's prefix." },
    ispRouter: { ...ipv4, description: "The ISP's router, inside the LAN's prefix." },
    capture: {
      type: "array",
      minItems: 1,
      maxItems: 15,
      uniqueItems: true,
      items: { type: "integer", minimum: 1, maximum: 65535 },
      description: "TCP destination ports that go through the proxy; at most 15 (iptables' multiport).",
    },
    proxy: {
      type: "object",
      additionalProperties: false,
      default: {},
      required: [],
      properties: {
        port: {
          type: "integer",
          minimum: 1024,
          maximum: 65535,
          default: 3129,
          description: "Where the proxy listens on the router; nobody connects to it directly.",
        },
        connectTimeoutSeconds: { type: "integer", minimum: 1, maximum: 300, default: 10 },
        idleTimeoutSeconds: { type: "integer", minimum: 1, maximum: 86400, default: 300 },
        maxConnections: { type: "integer", minimum: 1, maximum: 65536, default: 4096 },
        logKiB: {
          type: "integer",
          minimum: 16,
          maximum: 32768,
          default: 1024,
          description: "The log is turned over at this size, in KiB; one older log is kept.",
        },
      },
    },
    console: {
      enum: ["root-shell", "log-only"],
      default: "log-only",
      description: "What whoever holds the console cable gets.",
    },
  },
} as const;

/** A site as its file says it: what has a default may be missing. */
export type SiteFile = FromSchema<typeof siteSchema, { keepDefaultedPropertiesOptional: true }>;

/** A site with its defaults filled in. */
export type Site = Required<Omit<SiteFile, "proxy">> & {
  readonly proxy: Required<NonNullable<SiteFile["proxy"]>>;
};
