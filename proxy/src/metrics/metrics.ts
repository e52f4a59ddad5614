import { isIP } from "node:net";
import type { ProxyConfig } from "../config.ts";
import { health } from "../control/health.ts";
import { createRouteServer } from "../control/http-server.ts";
import type { Answer, Route } from "../control/route.ts";
import { errorCode } from "../error-code.ts";
import type { Log } from "../log.ts";
import type { Operation } from "../operation.ts";
import { collectState, collectTraffic } from "./collect.ts";
import { exposition, printMetrics } from "./exposition.ts";
import { collectProcess } from "./process.ts";

const metrics: Route = {
  method: "GET",
  path: "/metrics",
  async answer(operation): Promise<Answer> {
    const ofProcess = await collectProcess(operation.startedMs);
    const text = printMetrics([...collectState(operation), ...collectTraffic(operation), ...ofProcess]);
    return { status: 200, json: undefined, text, type: exposition };
  },
};

/**
 * Serves /metrics and /health at addresses of the router; who may ask, the guard says. An address comes with its
 * link, which may be after the proxy: until then listening is tried again and again. Returns what ends it.
 */
export function serveMetrics(
  { addresses, port }: NonNullable<ProxyConfig["metrics"]>,
  operation: Operation,
  log: Log,
  retryMs = 2000,
): () => void {
  const stops = addresses.map((address) => {
    const server = createRouteServer([metrics, health], operation, "json");
    const listen = (): void => void server.listen({ host: address, port, ipv6Only: isIP(address) === 6 });
    const retry = setTimeout(listen, retryMs).unref();
    let told = "EADDRNOTAVAIL";
    server.on("listening", () => {
      clearTimeout(retry);
      server.unref();
    });
    server.on("error", (error) => {
      const code = errorCode(error);
      if (code !== told) log("error", { message: `metrics at ${address}: ${code}` });
      told = code;
      if (!server.listening) retry.refresh();
    });
    listen();
    return () => {
      clearTimeout(retry);
      server.close();
    };
  });
  return () => stops.forEach((stop) => stop());
}
