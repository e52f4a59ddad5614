import { readFile } from "node:fs/promises";
import { BlockPages, defaultBlockPage } from "../block-page.ts";
import { errorCode } from "../error-code.ts";
import { compilePolicy, type CompiledPolicy } from "./compile-policy.ts";
import type { Judge } from "./judge.ts";
import type { PolicyConfig } from "./policy-config.ts";
import { judgeByTable, type Surroundings } from "./table-judge.ts";

/** A policy that can be put in force. */
export interface LoadedPolicy extends CompiledPolicy {
  readonly judge: Judge;
  readonly pages: BlockPages;
}

/** Reads a policy's lists, and the block page. That can't be read is one more problem; there is one of the proxy's own. */
export async function loadPolicy(
  config: PolicyConfig,
  surroundings: Surroundings,
  compile: typeof compilePolicy = compilePolicy,
): Promise<LoadedPolicy> {
  const compiled = await compile(config);
  const problems = [...compiled.problems];
  let template = defaultBlockPage;
  if (config.blockPageFile !== undefined) {
    try {
      template = await readFile(config.blockPageFile, "utf8");
    } catch (error) {
      const fact = `can't be read: ${errorCode(error)}`;
      problems.push({ where: config.blockPageFile, line: undefined, fact });
    }
  }
  return {
    ...compiled,
    problems,
    judge: judgeByTable(compiled, surroundings),
    pages: new BlockPages(template, config.timeZone),
  };
}
