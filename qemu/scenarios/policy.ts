import type { Site } from "../../build/config/site.ts";
import { applySite } from "../apply-site.ts";
import type { Lane } from "../lab.ts";
import { expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { ask, capturedServices, type Service } from "./vocabulary.ts";

/** What a filter is for, whoever the proxy is. */
export const policy: Scenario = {
  id: "policy",
  title:
    "A URL of a list on the router is blocked with a page that names the rule, others of the same host aren't; what the list has after halfbridge-ctl reload counts at once",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.destinationPorts.includes(80),
  prove: (lane) =>
    withRule(lane, async (service) => {
      await fill(lane, `${service.address}/cgi-bin/digest`);
      expectBlocked(await request(lane, service, "/cgi-bin/digest"));
      expectEqual("the origin saw", await lane.client(1).succeed(ask(service)), capturedAs(lane));
      await fill(lane, `${service.address}/cgi-bin/peer`);
      expectBlocked(await request(lane, service, "/cgi-bin/peer"));
      const passed = await request(lane, service, "/cgi-bin/digest");
      expectThat(`what came of the other: ${passed}`, passed.startsWith("HTTP/1.1 200"));
      return `403 with the rule's name for what the list had; after a reload for what it had then, and only for that`;
    }),
  control: {
    title: "without that rule nothing is blocked",
    async refute(lane) {
      for (const path of ["/cgi-bin/digest", "/cgi-bin/peer"]) {
        const seen = await request(lane, httpService(lane), path);
        expectThat(`what came of ${path}: ${seen}`, seen.startsWith("HTTP/1.1 200"));
      }
      return "200 for both";
    },
  },
};

const ruleName = "not in this lab";
const listFile = "/etc/halfbridge/lists/lab.txt";

/** The site with one rule, for all that the router's own list has. */
const ruledSite = (site: Site): Site => ({
  ...site,
  policy: {
    ...{ default: "allow", timeZone: "UTC", groups: {}, schedules: {} },
    lists: { lab: { onRouter: "lab.txt", format: "urls", entries: [] } },
    rules: [
      {
        ...{ name: ruleName, action: "block", lists: ["lab"] },
        ...{ groups: [], schedules: [], domains: [], urls: [], patterns: [], methods: [] },
      },
    ],
  },
});

/** Gives the router that site, and its own again. */
async function withRule(lane: Lane, work: (service: Service) => Promise<string>): Promise<string> {
  await applySite(lane, ruledSite(lane.plan.site));
  try {
    return await work(httpService(lane));
  } finally {
    await lane.router.console.succeed(`rm -f ${listFile}`);
    await applySite(lane, lane.plan.site);
  }
}

const httpService = (lane: Lane): Service =>
  capturedServices(lane).find(({ port }) => port === 80) as Service;

async function fill({ router }: Lane, line: string): Promise<void> {
  const command = `echo '${line}' >${listFile} && halfbridge-ctl reload`;
  await router.console.succeed(command, { timeoutMs: 30_000 });
}

/** What client 1 gets, with its head. */
function request({ client }: Lane, { address }: Service, path: string): Promise<string> {
  const head = `GET ${path} HTTP/1.1\\r\\nHost: ${address}\\r\\nConnection: close\\r\\n\\r\\n`;
  return client(1).succeed(`printf '${head}' | socat -t 5 - TCP:${address}:80,connect-timeout=5,shut-none`);
}

function expectBlocked(seen: string): void {
  expectThat(`what came: ${seen}`, seen.startsWith("HTTP/1.1 403") && seen.includes(ruleName));
}

const capturedAs = ({ plan, topology }: Lane): string | undefined =>
  plan.network.capture.serverSide ? topology.clients[0]?.address : topology.router.address;
