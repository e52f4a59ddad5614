import { defaultBlockPage, prepareBlockPage } from "../../../proxy/src/block-page.ts";
import type { PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";
import { pageFile } from "../../payload/squid/list-kinds.ts";

/** The pages of a policy's rules that block, and of what none fits, by their files' names. */
export function blockPages(
  { rules, default: otherwise }: PolicyConfig,
  template = defaultBlockPage,
): Map<string, string> {
  const pages = rules.flatMap(({ name, action }, index) =>
    action === "block" ? [[pageFile(index + 1), fill(template, name)] as const] : [],
  );
  if (otherwise === "block") pages.push([pageFile(0), fill(template, undefined)]);
  return new Map(pages);
}

/** Squid fills in what follows a per cent sign; %t is the time where it is. */
const fill = (template: string, rule: string | undefined): string =>
  prepareBlockPage(template, rule)
    .map((part) => part.replaceAll("%", "%%"))
    .join("%t");
