import type { AnyPlan } from "../../build/plan/plan.ts";
import type { Lane } from "../lab.ts";
import { between, expectEqual, type Scenario } from "./scenario.ts";
import { ask, capturedServices } from "./vocabulary.ts";

/** The commonest way to break a full bridge: the frame leaves it, still addressed to somebody else. */
export const takenFrames: Scenario = {
  id: "taken-frames",
  title: "Frames addressed to the ISP's router's MAC are made the router's own before they leave the bridge",
  appliesTo: ({ site, network }) => site.mode === "bridge-broute" && network.capture.clientSide,
  async prove(lane) {
    const seen = await request(lane, "succeed", 10);
    expectEqual("the origin saw", seen, lane.topology.clients[0]?.address);
    return "client 1, whose frames carry the ISP's router's MAC, was captured";
  },
  control: {
    title: "with plain DROP in the broute table (plain “meta broute set 1” in nftables) the request fails",
    async refute(lane) {
      const { off, on } = plainDrop(lane.plan);
      await between(lane.router, off, on, () => request(lane, "fail", 3));
      return "no answer within 3 s";
    },
  },
};

function request(lane: Lane, how: "succeed" | "fail", seconds: number): Promise<string> {
  const [service] = capturedServices(lane);
  if (service === undefined) throw new Error("the site captures none of the ports that the origins serve");
  return lane.client(1)[how](ask(service, "", seconds));
}

function plainDrop({ site }: AnyPlan): { off: string; on: string } {
  const on = "/usr/lib/halfbridge/stages/capture stop && /usr/lib/halfbridge/stages/capture start";
  const start = "/run/halfbridge/setup/capture.start";
  const off =
    site.dialect === "nft"
      ? `sed -n '/^table bridge/,/^RULES/p' ${start} | sed '/^RULES/d; s/meta pkttype set host //' | nft -f -`
      : ["lan", "isp"]
          .map(
            (side) =>
              `ebtables-legacy -t broute -F halfbridge-take-${side} && ebtables-legacy -t broute -A halfbridge-take-${side} -j DROP`,
          )
          .join(" && ");
  return { off, on };
}
