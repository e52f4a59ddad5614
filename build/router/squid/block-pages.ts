import { pageFile } from "../../payload/squid/list-kinds.ts";
import type { PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";

const ownPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Blocked</title>
<h1>Blocked</h1>
<p>This page is blocked here by the rule “{{rule}}” ({{time}}).</p>
</html>
`;

/** The pages of a policy's rules that block, and of what none fits, by their files' names. */
export function blockPages({ rules, default: otherwise }: PolicyConfig, page = ownPage): Map<string, string> {
  const pages = rules.flatMap(({ name, action }, index) =>
    action === "block" ? [[pageFile(index + 1), fill(page, name)] as const] : [],
  );
  if (otherwise === "block") pages.push([pageFile(0), fill(page, "default")]);
  return new Map(pages);
}

/** Squid fills in what follows a per cent sign; %t is the time where it is. */
const fill = (page: string, rule: string): string =>
  page
    .replaceAll("%", "%%")
    .replaceAll(/\{\{ *(rule|time) *\}\}/g, (_, name) =>
      name === "time" ? "%t" : escapeHtml(rule).replaceAll("%", "%%"),
    );

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
