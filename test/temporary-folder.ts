import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";

/** A folder of a test's own, which goes with the test; `part` is in its name. */
export async function temporaryFolder(t: ExecutionContext, part = "test"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `halfbridge-${part}-`));
  // a process that was killed a moment ago may still have put something into it
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
