import { direct } from "./direct.ts";
import { halfbridge, halfbridgeJavascript } from "./halfbridge.ts";
import { haproxyHttp, haproxyTcp } from "./haproxy.ts";
import { nginx } from "./nginx.ts";
import type { Peer } from "./peer.ts";
import { squid } from "./squid.ts";

/** The rows of the table. mitmproxy is none: it is two orders slower, and reads whole answers before passing them. */
export const peers: readonly Peer[] = [
  direct,
  haproxyHttp,
  haproxyTcp,
  squid,
  nginx,
  halfbridge,
  halfbridgeJavascript,
];
