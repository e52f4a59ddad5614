import { readFile } from "node:fs/promises";
import { BlockPages, defaultBlockPage } from "./block-page.ts";
import { errorCode } from "./error-code.ts";
import type { Log } from "./log.ts";
import { compilePolicy } from "./policy/compile-policy.ts";
import type { PolicyConfig } from "./policy/policy-config.ts";
import { weeklySchedules } from "./policy/schedules.ts";
import { judgeByTable } from "./policy/table-judge.ts";
import type { PolicyInForce } from "./service.ts";

/**
 * Makes a policy that can be put in force. What is wrong with its lists and its page is said in the log, and
 * the rest counts: a line that can't be read must not open everything, or close it.
 */
export async function loadPolicy(config: PolicyConfig, log: Log): Promise<PolicyInForce> {
  const compiled = await compilePolicy(config);
  for (const { where, line, fact } of compiled.problems) log("policy-problem", { where, line, fact });
  if (compiled.moreProblems > 0) log("policy-problem", { more: compiled.moreProblems });
  const runningAt = weeklySchedules(config.schedules, config.timeZone);
  return {
    judge: judgeByTable(compiled, { running: () => runningAt(Date.now()) }),
    pages: new BlockPages(await readTemplate(config.blockPageFile, log), config.timeZone),
  };
}

async function readTemplate(file: string | undefined, log: Log): Promise<string> {
  if (file === undefined) return defaultBlockPage;
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    log("policy-problem", { where: file, fact: errorCode(error) });
    return defaultBlockPage;
  }
}
