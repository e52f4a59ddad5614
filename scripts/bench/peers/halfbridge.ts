import { join } from "node:path";
import { readBoardByName } from "../../../build/config/board.ts";
import { readSite } from "../../../build/config/site.ts";
import { projectRoot } from "../../../build/core/paths.ts";
import { proxyConfiguration } from "../../../build/payload/proxy-configuration.ts";
import { nodeFlags } from "../../../build/payload/runtime.ts";
import { makePlan } from "../../../build/plan/plan.ts";
import type { ProxyConfig } from "../../../proxy/src/config.ts";
import { addresses } from "../network.ts";
import { lines, type Peer, type Place } from "./peer.ts";

const site = await readSite(join(projectRoot, "sites/example.yaml"));
const rendered = proxyConfiguration(makePlan(await readBoardByName("x86-64"), site));

export const halfbridge: Peer = {
  id: "halfbridge",
  title: "Halfbridge",
  ...common("proxy"),
  isNot: (said) => (fallsBack.test(said) ? "it runs without its native engine" : undefined),
};

export const halfbridgeJavascript: Peer = {
  id: "halfbridge-javascript",
  title: "Halfbridge, JavaScript engine",
  ...common("proxy-javascript"),
  isNot: (said) => (fallsBack.test(said) ? undefined : "it runs with the native engine"),
};

/** What the proxy says that has no native engine. */
const fallsBack = /"kind":"javascript"|not the proxy's engine/;

function common(build: string): Pick<Peer, "packages" | "judges" | "files" | "command"> {
  return {
    packages: [],
    judges: "every request",
    files: (place) => ({
      "blocked.txt": lines(place.blocked),
      "proxy.json": JSON.stringify(configuration(place)),
    }),
    command: ({ folder, programs }) => ({
      argv: [`${programs}/node`, ...nodeFlags, `${programs}/${build}/proxy.cjs`, `${folder}/proxy.json`],
    }),
  };
}

/** As an image has it for the example site, but for where it is, and for how many. */
function configuration({ folder, port, maxConnections }: Place): ProxyConfig {
  const { ready: _, metrics: __, control: ___, ...images } = rendered;
  const maxBytes = 1024 ** 3;
  return {
    ...images,
    listeners: [{ kind: "transparent", address: "0.0.0.0", port }],
    self: [addresses.lan, addresses.wan],
    idleTimeoutMs: 600_000,
    maxConnections,
    maxConnectionsPerClient: maxConnections,
    log: {
      file: `${folder}/proxy.log`,
      maxBytes,
      access: { file: `${folder}/access.log`, maxBytes, format: "json" },
    },
    policy: {
      ...images.policy,
      lists: { blocked: { file: `${folder}/blocked.txt`, format: "domains", entries: [] } },
      rules: [
        { name: "blocked", action: "block", groups: [], schedules: [], lists: ["blocked"], methods: [] },
      ],
    },
    lanDevice: "lan",
  };
}
