import type { Lane } from "../lab.ts";
import { readSyns } from "../pcap.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";
import { capturedServices, type Service } from "./vocabulary.ts";

/** The proxy ends a connection first, and so it's the router that remembers it, for a minute. */
export const samePorts: Scenario = {
  id: "same-ports",
  title:
    "A client that comes again from the same port, at once, is served at once: none of its SYNs has to be sent again",
  appliesTo: ({ network }) => network.capture.clientSide && network.capture.destinationPorts.includes(80),
  async prove(lane) {
    const sent = await comeTwice(lane);
    expectEqual("SYNs of two connections", sent, 2);
    return "two connections from one port, a SYN each";
  },
  control: {
    title: "with a rule before all others that gives SYNs to whatever is in TIME_WAIT, one is sent again",
    async refute(lane) {
      const { off, on } = socketFirst(lane);
      const sent = await between(lane.router, off, on, async () => comeTwice(lane));
      expectThat(`two connections took ${sent} SYNs`, sent > 2);
      return `two connections took ${sent} SYNs`;
    },
  },
};

/** No port twice: what was before is remembered for a minute, and is in the capture. */
let nextPort = 40_001;

/** How many SYNs two connections from one port, one after the other, have taken. */
async function comeTwice(lane: Lane): Promise<number> {
  const port = nextPort++;
  const { address } = capturedServices(lane).find((service) => service.port === 80) as Service;
  const end = `TCP:${address}:80,sourceport=${port},reuseaddr,connect-timeout=10,shut-none`;
  const request = `GET /cgi-bin/peer HTTP/1.1\\r\\nHost: ${address}\\r\\nConnection: close\\r\\n\\r\\n`;
  for (let times = 0; times < 2; times++) {
    // the port isn't free before the router has acknowledged the client's end
    const answer = await lane.client(1).waitUntilSucceeds(`printf '${request}' | socat -t 10 - ${end}`, {
      timeoutMs: 30_000,
    });
    expectThat(`what came: ${answer}`, answer.startsWith("HTTP/1.1 200"));
  }
  return (await readSyns(lane.pcaps("lan"), `src port ${port} and dst port 80`)).length;
}

/** The way that most guides to TPROXY have it. */
function socketFirst({ plan }: Lane): { readonly off: string; readonly on: string } {
  if (plan.site.dialect === "nft") {
    const chain = "inet halfbridge-capture prerouting";
    const rule = "tcp flags syn socket transparent 1 goto divert";
    const handle = `nft -a list chain ${chain} | sed -n '/socket transparent/s/.*handle //p'`;
    return { off: `nft insert rule ${chain} ${rule}`, on: `nft delete rule ${chain} handle $(${handle})` };
  }
  const rule = "PREROUTING -p tcp --syn -m socket --transparent -j halfbridge-divert";
  return { off: `iptables-legacy -t mangle -I ${rule}`, on: `iptables-legacy -t mangle -D ${rule}` };
}
