import { formatEndpoint } from "../addresses.ts";
import { parseClientHello, type ClientHello } from "../tls/client-hello.ts";
import { passOn, turnAway, type Captured } from "./captured.ts";
import { gatherFirstBytes } from "./first-bytes.ts";
import { serveRaw } from "./raw-connection.ts";
import { checkHost } from "./host-belongs.ts";
import { alerts, fatalAlert } from "./tls-alert.ts";

/**
 * Relays TLS to a server whose name may be asked for, without a look at more than the ClientHello. A client
 * that may not is told by an alert.
 */
export function serveTls(captured: Captured): void {
  gatherFirstBytes(captured, {
    onBytes(bytes) {
      const hello = parseClientHello(bytes);
      if (hello === "more") return undefined;
      return (): void => ("why" in hello ? refuseBroken(captured, hello.why) : admit(captured, hello));
    },
    onEnd: (about) => turnAway(captured, about),
  });
}

function refuseBroken(captured: Captured, why: string): void {
  if (why !== "not-tls") return refuse(captured, why, alerts.decodeError);
  if (captured.service.config.tls.notTls === "allow") serveRaw(captured);
  else turnAway(captured, { verdict: "refused", rule: why });
}

function admit(captured: Captured, { name, hasEch }: ClientHello): void {
  const { service, judge, to } = captured;
  const { ech, withoutName } = service.config.tls;
  const host = name === "" ? to.address : name;
  captured.url = formatEndpoint({ address: host, port: to.port });
  if (hasEch && ech === "block") return refuse(captured, "ech", alerts.accessDenied);
  if (name === "" && withoutName === "block") return refuse(captured, "no-name", alerts.missingExtension);

  const { action, rule } = judge.judge({ method: undefined, host, port: to.port, path: undefined });
  const about = { url: captured.url, rule };
  if (action === "block") {
    return turnAway(captured, { ...about, verdict: "blocked" }, fatalAlert(alerts.unrecognizedName));
  }
  checkHost(captured, host, (mayPass) => {
    if (captured.client.destroyed) turnAway(captured, { ...about, ended: "reset", by: "client" });
    else if (mayPass) passOn(captured, about);
    else refuse(captured, "host-mismatch", alerts.unrecognizedName);
  });
}

function refuse(captured: Captured, why: string, alert: number): void {
  turnAway(captured, { url: captured.url, verdict: "refused", rule: why }, fatalAlert(alert));
}
