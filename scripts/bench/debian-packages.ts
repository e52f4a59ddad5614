import { ToolError } from "../../build/core/faults.ts";
import { run } from "../../build/core/run.ts";
import type { Options } from "./options.ts";
import type { Peer } from "./peers/peer.ts";

/** What measuring itself needs: namespaces and captures, our addon's compiler, the load and its origin. */
const always = ["util-linux", "mount", "iproute2", "nftables", "gcc", "libc6-dev", "wrk", "nginx"];

/** Throws a ToolError that names what is missing, and how to install it. None of it is set to start by itself here. */
export async function requireDebianPackages(rows: readonly Peer[], { profile }: Options): Promise<void> {
  const wanted = new Set([
    ...always,
    ...rows.flatMap(({ packages }) => packages),
    ...(profile === undefined ? [] : ["strace"]),
  ]);
  const query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Abbrev}\n", ...wanted];
  const { stdout } = await run(query, { okCodes: [0, 1] });
  const installed = stdout.split("\n").filter((line) => / ii/.test(line));
  const missing = [...wanted].filter((name) => !installed.some((line) => line.startsWith(`${name} `)));
  if (missing.length === 0) return;
  throw new ToolError(
    `this needs Debian packages that are missing: ${missing.join(", ")}`,
    `apt-get install --no-install-recommends ${missing.join(" ")}; or leave rows out by --rows`,
  );
}
