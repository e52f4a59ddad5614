import type { Blame } from "./blame.ts";
import { checkHosts, isOfLan } from "./lan.ts";
import type { Site } from "./site-schema.ts";

/** Which ports are captured, and of whom. */
export function checkCaptured(site: Site, blame: Blame): void {
  checkPorts(site, blame);
  checkExempt(site, blame);
}

function checkPorts({ capture, proxy }: Site, blame: Blame): void {
  for (const [index, { port }] of capture.entries()) {
    if (capture.findIndex((other) => other.port === port) < index) {
      blame(`/capture/${index}/port`, `is there twice: ${port}`, "name each port once");
    }
  }
  if (capture.some(({ port }) => port === proxy.port)) {
    blame(
      "/proxy/port",
      `is a captured port as well: ${proxy.port}`,
      "choose one that /capture doesn't have",
    );
  }
}

function checkExempt({ exempt, lan, ipv6 }: Site, blame: Blame): void {
  for (const key of ["clients", "destinations"] as const) {
    for (const [index, text] of exempt[key].entries()) {
      const path = `/exempt/${key}/${index}`;
      const isSound = checkHosts(path, text, ipv6, blame);
      if (isSound && key === "clients" && !isOfLan(text, { lan, ipv6 }))
        blame(path, `is ${text}, outside the LAN`, "destinations beyond it stand in /exempt/destinations");
    }
  }
}
