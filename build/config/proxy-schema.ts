const seconds = (most: number, usual: number) =>
  ({ type: "integer", minimum: 1, maximum: most, default: usual }) as const;

const action = (usual: "allow" | "block", description: string) =>
  ({ enum: ["allow", "block"], default: usual, description }) as const;

/** What a site may say of the proxy itself. */
export const proxySchema = {
  type: "object",
  additionalProperties: false,
  default: {},
  required: [],
  properties: {
    engine: {
      enum: ["halfbridge", "squid"],
      default: "halfbridge",
      description: "The proxy: this project's own, or squid; docs/squid.md says what squid can't.",
    },
    port: {
      type: "integer",
      minimum: 1024,
      maximum: 65535,
      default: 3129,
      description:
        "Where the proxy listens on the router; clients name it only if transparency.client is false.",
    },
    resolvers: {
      type: "array",
      items: { type: "string", pattern: "^([0-9]{1,3}\\.){3}[0-9]{1,3}$" },
      maxItems: 3,
      uniqueItems: true,
      default: [],
      description: "DNS servers, for a proxy that is asked for names, and for hostCheck.",
    },
    hostCheck: {
      enum: ["off", "log", "block"],
      default: "off",
      description: "What becomes of requests and TLS names that don't have the address they go to.",
    },
    http: {
      type: "object",
      additionalProperties: false,
      default: {},
      required: [],
      description: "Of captured ports that carry http.",
      properties: {
        upgrade: action("allow", "WebSocket, and other protocols that a connection may go over to."),
        h2c: action("block", "HTTP/2 without TLS."),
        notHttp: action("block", "What isn't HTTP at all."),
        headKiB: {
          type: "integer",
          minimum: 4,
          maximum: 256,
          default: 64,
          description: "A longer head is refused, in KiB; of explicit ports, too.",
        },
      },
    },
    tls: {
      type: "object",
      additionalProperties: false,
      default: {},
      required: [],
      description: "Of captured ports that carry tls.",
      properties: {
        withoutName: action("allow", "Connections that don't say a server's name; allow: judged by address."),
        ech: {
          enum: ["judge", "block"],
          default: "judge",
          description: "Names that may hide another (Encrypted ClientHello); judge: by the one that is said.",
        },
        notTls: action("block", "What isn't TLS at all."),
      },
    },
    connectTimeoutSeconds: seconds(300, 10),
    headTimeoutSeconds: seconds(300, 30),
    idleTimeoutSeconds: seconds(86400, 300),
    maxConnections: { type: "integer", minimum: 1, maximum: 65536, default: 4096 },
    maxConnectionsPerClient: { type: "integer", minimum: 1, maximum: 65536, default: 1024 },
    log: {
      type: "object",
      additionalProperties: false,
      default: {},
      required: [],
      description: "The access log.",
      properties: {
        format: {
          enum: ["json", "squid"],
          default: "json",
          description: "JSON lines, or squid's native format.",
        },
        KiB: {
          type: "integer",
          minimum: 16,
          maximum: 32768,
          default: 1024,
          description: "A log is turned over at this size, in KiB; one older log is kept.",
        },
        syslog: {
          type: "string",
          pattern: "^[0-9a-fA-F:.]+$",
          description: "A host of the LAN that gets the lines as well: UDP, port 514 (RFC 5424).",
          examples: ["10.1.2.9"],
        },
      },
    },
    metricsPort: {
      type: "integer",
      minimum: 1024,
      maximum: 65535,
      description: "Where the router tells the LAN /metrics (Prometheus) and /health; without it, nowhere.",
      examples: [9130],
    },
  },
} as const;
