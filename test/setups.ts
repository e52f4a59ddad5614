/** Sites that the tests of plans and of printed set-ups share. */
import { readBoardByName } from "../build/config/board.ts";
import type { Site } from "../build/config/site.ts";
import type { NetworkModel } from "../build/plan/network.ts";
import { makePlan, type Plan } from "../build/plan/plan.ts";

export const board = await readBoardByName("x86-64");

/** The same with a second port of the LAN. */
export const twoLanPorts: typeof board = {
  ...board,
  ports: { isp: { name: "eth0" }, lan: [{ name: "eth1" }, { name: "eth2" }] },
};

/** Says something of nearly every key; what the mode and the dialect are is for the test to say. */
export const richSite: Site = {
  name: "rich",
  hostname: "halfbridge",
  mode: "half-bridge",
  dialect: "legacy",
  arp: "answer",
  lan: "10.1.2.0/24",
  router: "10.1.2.2",
  ispRouter: "10.1.2.1",
  ipv6: {
    handling: "route",
    lan: "2001:db8:1:2::/64",
    router: "2001:db8:1:2::2",
    ispRouter: "2001:db8:1:2::1",
  },
  transparency: { client: true, server: true },
  capture: [
    { port: 80, carries: "http" },
    { port: 443, carries: "tls" },
    { port: 2222, carries: "raw" },
  ],
  exempt: { clients: ["10.1.2.9"], destinations: ["198.51.100.0/24"] },
  failMode: "closed",
  ispMtu: 1492,
  policy: {
    default: "allow",
    timeZone: "Europe/Berlin",
    groups: { pupils: { clients: ["10.1.2.64/26"], macs: ["02:00:00:00:00:01"] } },
    schedules: { lessons: ["mon-fri 08:00-13:00"] },
    lists: {
      local: { onRouter: "blocked.txt", entries: [], format: "domains" },
      games: { entries: ["games.example"], format: "auto" },
    },
    rules: [
      {
        name: "no games in lessons",
        action: "block",
        groups: ["pupils"],
        schedules: ["lessons"],
        lists: ["local", "games"],
        domains: ["play.example"],
        urls: ["www.example/games/"],
        patterns: ["||example.org^*.exe"],
        methods: ["GET", "POST"],
      },
    ],
  },
  proxy: {
    engine: "halfbridge",
    port: 3129,
    resolvers: ["10.1.2.1"],
    hostCheck: "log",
    http: { upgrade: "allow", h2c: "block", notHttp: "block", headKiB: 64 },
    tls: { withoutName: "allow", ech: "judge", notTls: "block" },
    connectTimeoutSeconds: 10,
    headTimeoutSeconds: 30,
    idleTimeoutSeconds: 300,
    maxConnections: 4096,
    maxConnectionsPerClient: 1024,
    log: { format: "json", KiB: 1024, syslog: "10.1.2.9" },
    metricsPort: 9130,
  },
  console: "log-only",
};

export const planOf = (changes: Partial<Site>, of = board): Plan => makePlan(of, { ...richSite, ...changes });

export const modelOf = (changes: Partial<Site>, of = board): NetworkModel => planOf(changes, of).network;

export const dialects = ["legacy", "nft"] as const satisfies readonly Site["dialect"][];

/** Every kind of set-up by its name: the modes, and the half bridge's variant. */
export const kinds: Readonly<Record<string, Partial<Site>>> = {
  "half-bridge": { mode: "half-bridge" },
  "half-bridge-arp-bridge": { mode: "half-bridge", arp: "bridge" },
  "bridge-broute": { mode: "bridge-broute" },
  "bridge-dnat": { mode: "bridge-dnat" },
  "proxy-arp": { mode: "proxy-arp" },
};
