import { methodNames } from "../../proxy/src/policy/methods.ts";

const names = { type: "array", uniqueItems: true, default: [], items: { type: "string" } } as const;

const lines = {
  type: "array",
  uniqueItems: true,
  default: [],
  items: { type: "string", minLength: 1 },
} as const;

const group = {
  type: "object",
  additionalProperties: false,
  description: "Clients by address or prefix inside the LAN, and by MAC where the router knows it.",
  examples: [{ clients: ["10.1.2.64/26"] }],
  properties: {
    clients: { ...names, examples: [["10.1.2.64/26", "2001:db8:1:2::9"]] },
    macs: { ...names, examples: [["02:00:00:00:00:01"]] },
  },
} as const;

const list = {
  type: "object",
  additionalProperties: false,
  description:
    "A file beside the site, or on the router, or entries, in one of the formats that people have.",
  examples: [{ file: "lists/ads.txt" }],
  properties: {
    file: { type: "string", minLength: 1, description: "A file's path from the site file on." },
    onRouter: {
      type: "string",
      pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
      description: "A file's name below /etc/halfbridge/lists on the router.",
      examples: ["blocked.txt"],
    },
    entries: lines,
    format: { enum: ["auto", "hosts", "domains", "urls", "patterns", "adblock"], default: "auto" },
  },
} as const;

const rule = {
  type: "object",
  additionalProperties: false,
  required: ["name", "action"],
  description: "Fits when each kind of condition that it names does; the first rule that fits decides.",
  examples: [{ name: "no games", action: "block", lists: ["games"] }],
  properties: {
    name: { type: "string", minLength: 1, maxLength: 64, description: "Said on the block page and in logs." },
    action: { enum: ["allow", "block"] },
    groups: { ...names, description: "One of these has the client." },
    schedules: { ...names, description: "One of these is running." },
    lists: { ...names, description: "One of these, or of the next three, has what is asked for." },
    domains: { ...lines, description: "Domains, each with all below it.", examples: [["example.org"]] },
    urls: {
      ...lines,
      description: "Hosts with the beginning of a path, without scheme.",
      examples: [["example.org/games/"]],
    },
    patterns: { ...lines, description: "Patterns as Adblock has them.", examples: [["||example.org^*.exe"]] },
    methods: {
      type: "array",
      uniqueItems: true,
      default: [],
      description: "HTTP's, in upper case; what is said by TLS has none.",
      items: { enum: methodNames },
    },
  },
} as const;

/** What a site may say of who may see what. */
export const policySchema = {
  type: "object",
  additionalProperties: false,
  default: {},
  description: "Who may see what, and when.",
  properties: {
    default: {
      enum: ["allow", "block"],
      default: "allow",
      description: "What becomes of all that no rule fits.",
    },
    timeZone: {
      type: "string",
      default: "UTC",
      description: "Of the schedules and the block page, by its IANA name.",
      examples: ["Europe/Berlin"],
    },
    blockPage: {
      type: "string",
      minLength: 1,
      description: "An HTML file's path from the site file on; {{rule}} and {{time}} are filled in.",
      examples: ["block-page.html"],
    },
    groups: { type: "object", default: {}, additionalProperties: group },
    schedules: {
      type: "object",
      default: {},
      additionalProperties: {
        type: "array",
        minItems: 1,
        items: { type: "string" },
        description: "Weekly, by days and times.",
        examples: [["mon-fri 08:00-13:00"]],
      },
    },
    lists: { type: "object", default: {}, additionalProperties: list },
    rules: { type: "array", default: [], items: rule },
  },
} as const;
