import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { join } from "node:path";
import test from "ava";
import { holdFolder } from "../../build/core/hold-folder.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { run } from "../../build/core/run.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("a folder is one's own until the work in it has ended, well or badly; others aren't waited for", async (t) => {
  const cache = await temporaryFolder(t);
  const order: string[] = [];
  const begun = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const first = holdFolder("/a", cache, async () => {
    begun.resolve();
    await told.promise;
    order.push("first");
    throw new Error("as it was told to");
  });
  await begun.promise;
  const second = holdFolder("/a", cache, async () => order.push("second"));
  await holdFolder("/b", cache, async () => order.push("other"));
  await setTimeout(50); // for the second to come, if nothing kept it
  told.resolve();
  await t.throwsAsync(first, { message: "as it was told to" });
  await second;
  t.deepEqual(order, ["other", "first", "second"]);
});

test("a process that is killed leaves nothing locked", async (t) => {
  const cache = await temporaryFolder(t);
  const held = join(cache, "held");
  const code = `import { writeFileSync } from "node:fs";
import { holdFolder } from "${join(projectRoot, "build/core/hold-folder.ts")}";
await holdFolder("/a", "${cache}", async () => { writeFileSync("${held}", ""); process.kill(process.pid, "SIGKILL"); });`;
  await run([process.execPath, "--input-type=module", "--eval", code], { okCodes: [137] });
  t.true(existsSync(held));
  await holdFolder("/a", cache, async () => t.pass());
});
