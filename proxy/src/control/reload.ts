import type { Operation } from "../operation.ts";
import { formatProblem, type Loading } from "../policy/policy-loader.ts";
import { formatCount, formatDuration } from "./print.ts";
import type { Answer, Route } from "./route.ts";

/** Reads the policy's lists again. With problems the policy before stays in force, and all of them are told. */
export const reload: Route = {
  method: "POST",
  path: "/reload",
  async answer({ policy }: Operation): Promise<Answer> {
    const loaded = await policy.reload();
    return { status: loaded.isInForce ? 200 : 409, json: describe(loaded), text: print(loaded) };
  },
};

function describe({ lists, ...loaded }: Loading): unknown {
  return { ...loaded, lists: lists.map((list) => ({ ...list, skipped: Object.fromEntries(list.skipped) })) };
}

function print({ isInForce, tookMs, lists, problems, moreProblems }: Loading): string {
  const entries = lists.reduce((sum, { names, texts }) => sum + names + texts, 0);
  const missing = lists.filter(({ isMissing }) => isMissing).map(({ name }) => name);
  const read = `${formatCount(entries)} entries of ${lists.length} lists, read in ${formatDuration(tookMs)}`;
  return [
    ...problems.map(formatProblem),
    ...(moreProblems > 0 ? [`and ${formatCount(moreProblems)} more`] : []),
    ...missing.map((name) => `list ${name}: its file isn't there; it is empty`),
    isInForce ? `in force: ${read}` : "not put in force; the policy before stays",
    "",
  ].join("\n");
}
