/** Sites that the tests of plans and of printed set-ups share. */
import { readBoardByName } from "../build/config/board.ts";
import type { Site } from "../build/config/site.ts";
import type { NetworkModel } from "../build/plan/network.ts";
import { makePlan, type Plan } from "../build/plan/plan.ts";

export const board = await readBoardByName("x86-64");

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
  proxy: {
    port: 3129,
    resolvers: [],
    connectTimeoutSeconds: 10,
    idleTimeoutSeconds: 300,
    maxConnections: 4096,
    logKiB: 1024,
  },
  console: "log-only",
};

export const planOf = (changes: Partial<Site>): Plan => makePlan(board, { ...richSite, ...changes });

export const modelOf = (changes: Partial<Site>): NetworkModel => planOf(changes).network;

export const dialects = ["legacy", "nft"] as const satisfies readonly Site["dialect"][];

/** Every kind of set-up by its name: the modes, and the half bridge's variant. */
export const kinds: Readonly<Record<string, Partial<Site>>> = {
  "half-bridge": { mode: "half-bridge" },
  "half-bridge-arp-bridge": { mode: "half-bridge", arp: "bridge" },
  "bridge-broute": { mode: "bridge-broute" },
  "bridge-dnat": { mode: "bridge-dnat" },
  "proxy-arp": { mode: "proxy-arp" },
};
