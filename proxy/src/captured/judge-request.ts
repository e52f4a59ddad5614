import { formatBlockAnswer } from "../block-page.ts";
import type { ProxyConfig } from "../config.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { Captured } from "./captured.ts";
import type { Exchange, Reply } from "./exchange.ts";

/** Judges a request by the policy and by the site's options: the answer if it isn't passed on. */
export function judgeRequest(captured: Captured, head: RequestHead, exchange: Exchange): Reply | undefined {
  const { service, judge } = captured;
  const { method, path, upgrade } = head;
  // RFC 9110, 9.3.6: it is for proxies, and nobody knows of this one.
  if (method === "CONNECT") return exchange.refuse(400, "connect");
  const { host, port } = exchange;
  const { action, rule } = judge.judge({ method, host, port, path });
  exchange.rule = rule;
  if (action === "block") return block(captured, head, exchange);
  const { h2c, upgrade: others } = service.config.http;
  const mayUpgrade = upgrade === "none" || (upgrade === "h2c" ? h2c : others) === "allow";
  return mayUpgrade ? undefined : exchange.refuse(403, upgrade === "h2c" ? "h2c" : "upgrade");
}

function block({ service }: Captured, head: RequestHead, exchange: Exchange): Reply {
  exchange.verdict = "blocked";
  // Of a body that nobody takes the end is not waited for.
  const closes = head.body !== "none" || head.minor === 0 || !head.keepAlive;
  const bytes = formatBlockAnswer(service.policy.pages.page(exchange.rule), {
    withBody: head.method !== "HEAD",
    closes,
  });
  return { status: 403, bytes, closes };
}

/** Whether a connection may be something else than HTTP/1, for what its first bytes were refused. */
export function mayBeOther({ h2c, notHttp }: ProxyConfig["http"], why: string): boolean {
  return (why === "h2c-preface" && h2c === "allow") || (why === "not-http" && notHttp === "allow");
}
