import type { NetworkModel } from "../../../plan/network.ts";
import { deliverLocally } from "../delivery.ts";
import { joinScripts, type Rules } from "../dialect.ts";
import { captureFrames, networkFrames } from "./frames.ts";
import { capturePackets, guardPackets, networkPackets } from "./packets.ts";

/** Rules for nftables, in tables of their own. */
export function printNft(model: NetworkModel): Rules {
  return {
    guard: guardPackets(model),
    network: joinScripts(networkPackets(model), networkFrames(model)),
    // Frames last: what leaves the bridge is captured from the first one on.
    capture: joinScripts(deliverLocally(model.capture), capturePackets(model), captureFrames(model)),
  };
}
