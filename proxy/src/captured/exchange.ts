import { canonicalHost, formatEndpoint } from "../addresses.ts";
import type { RequestHead } from "../http/request-head.ts";
import { toVisibleAscii } from "../visible-ascii.ts";
import type { About, Captured } from "./captured.ts";
import { shortAnswer } from "./short-answer.ts";

/** An answer of the proxy's own. */
export interface Reply {
  readonly status: number;
  readonly bytes: Buffer;
  /** Whether it is the last thing that the client gets. */
  readonly closes: boolean;
}

/** A request until it is answered whole, and what its line in the access log is to say. */
export class Exchange {
  readonly startedMs = Date.now();
  readonly startedAt = performance.now();
  readonly method: string | undefined;
  /** As it is judged: in lower case, without a dot at its end; without one, the destination's address. */
  readonly host: string;
  readonly port: number;
  readonly url: string | undefined;
  /** Whether no other request may follow. */
  readonly isLast: boolean;
  verdict: "allowed" | "blocked" | "refused" = "allowed";
  rule: string | undefined;
  /** What the client gets. */
  status: number | undefined;
  bytesFromClient = 0;
  bytesToClient = 0;
  /** It comes once all answers before it are whole. Without one the origin answers. */
  reply: Reply | undefined;
  /** Whether the origin has heard of it. */
  isAsked = false;
  /** Its body comes only after a 100, if at all. */
  awaitsContinue: boolean;
  /** Whether the connection is to become something else with the answer. */
  readonly upgrades: boolean;
  /** Whether it may do so now: all of the request has gone on. */
  awaitsSwitch = false;

  /** Without a head, it couldn't be read. */
  constructor({ to }: Captured, head: RequestHead | undefined) {
    this.method = head?.method;
    this.isLast = head?.keepAlive !== true;
    this.awaitsContinue = head?.expectsContinue === true && head.body !== "none";
    this.upgrades = head !== undefined && head.upgrade !== "none";
    const hasHost = head !== undefined && head.host !== "";
    this.host = hasHost ? canonicalHost(head.host) : to.address;
    this.port = hasHost ? head.port : to.port;
    this.url = head && this.#formatUrl(head);
  }

  #formatUrl({ method, target, path }: RequestHead): string {
    if (method === "CONNECT") return toVisibleAscii(target);
    const authority = formatEndpoint({ address: this.host, port: this.port });
    return `http://${authority.replace(/:80$/, "")}${toVisibleAscii(path)}`;
  }

  /** Refuses it for what it is: the answer to that. */
  refuse(status: number, why: string): Reply {
    this.verdict = "refused";
    this.rule = why;
    return { status, bytes: shortAnswer(status, why, this.method !== "HEAD"), closes: true };
  }

  /** What its line says, as far as it has come. */
  describe(): About {
    const { method, url, verdict, rule, status, bytesFromClient, bytesToClient } = this;
    return { event: "request", method, url, verdict, rule, status, bytesFromClient, bytesToClient };
  }
}
