import type { Lane } from "../lab.ts";
import { forwarded } from "./nothing-slips-past.ts";
import { expectThat } from "./scenario.ts";
import { capturedServices, type Service } from "./vocabulary.ts";

/** Lets client 1 try to connect to a captured service all the while; counts what was tried, and SYNs that were forwarded. */
export async function whileTrying(
  lane: Lane,
  work: () => Promise<unknown>,
): Promise<{ slipped: number; tries: number }> {
  const [{ address, port }] = capturedServices(lane) as [Service];
  const attempt = `socat -u /dev/null TCP:${address}:${port},connect-timeout=0.3 2>/dev/null; echo >>tries`;
  const before = (await forwarded(lane)).length;
  await lane
    .client(1)
    .succeed(
      `rm -f tries; touch trying; (while [ -e trying ]; do ${attempt}; usleep 50000; done) >/dev/null 2>&1 &`,
    );
  try {
    await work();
  } finally {
    await lane.client(1).succeed("rm trying; sleep 0.5");
  }
  const tries = Number(await lane.client(1).succeed("cat tries | wc -l"));
  expectThat(`only ${tries} attempts`, tries >= 3);
  return { slipped: (await forwarded(lane)).length - before, tries };
}
