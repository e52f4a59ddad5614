import { join } from "node:path";
import { projectRoot } from "../core/paths.ts";
import type { Compiler } from "../debian/compiler.ts";

/** Judging by a policy, which is compiled without the rest, too, to be tested and measured. */
export const policySources = [
  "client-groups.c",
  "find-lists.c",
  "judge.c",
  "match-pattern.c",
  "open.c",
  "seen-url.c",
].map((name) => join("engine", "policy", name));

/** The proxy's addons by their file names: what they are made of, below proxy/addon. */
export const addons = {
  "transparent.node": ["transparent.c", "neighbours.c", "sockets.c"],
  "engine.node": [
    "neighbours.c",
    "sockets.c",
    ...[
      "binding/binding.c",
      "binding/held-policy.c",
      "binding/options.c",
      "binding/start.c",
      "binding/values.c",
      "accepting.c",
      "bytes.c",
      "clients.c",
      "connecting.c",
      "connection.c",
      "ending.c",
      "engine.c",
      "flow.c",
      "hello.c",
      "http-answer.c",
      "http-chunks.c",
      "http-line.c",
      "http-reply.c",
      "http-request.c",
      "http-target.c",
      "in-flight.c",
      "judging.c",
      "opening.c",
      "own-addresses.c",
      "passing.c",
      "report.c",
      "take-answers.c",
      "take-requests.c",
      "tls-connection.c",
      "wheel.c",
      "worker.c",
    ].map((name) => join("engine", name)),
    ...policySources,
  ],
} as const satisfies Record<string, readonly string[]>;

/**
 * Compiles one of the proxy's addons to `file`. The same sources and compiler give the same bytes, wherever the
 * checkout lies. Throws a ToolError when the compiler refuses.
 */
export function compileAddon(compiler: Compiler, name: keyof typeof addons, file: string): Promise<void> {
  return compiler.compileShared(
    addons[name].map((source) => join(projectRoot, "proxy", "addon", source)),
    join(projectRoot, "node_modules", "node-api-headers", "include"),
    file,
  );
}
