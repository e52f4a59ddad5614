import { formatTime } from "./local-time.ts";

/**
 * The page that says that something is blocked, as the bytes between the places of the time: a page with
 * none is one part. Both engines send these parts with the time between them.
 */
export type BlockPage = readonly string[];

/** What `{{rule}}` is where no rule decided. */
const byDefault = "default";

/** A site's own page is one like this: HTML with `{{rule}}` and `{{time}}`, each as often as it likes. */
export const defaultBlockPage = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Blocked</title>
<style>
:root { color-scheme: light dark }
body { font: 1.1em/1.5 system-ui, sans-serif; max-width: 36em; margin: 15vh auto; padding: 0 1em }
</style>
</head>
<body>
<main>
<h1>This page is blocked here</h1>
<p>The rules of this network don't allow it. Whoever runs the network can tell you more.</p>
<p>Rule: {{rule}}<br>Time: {{time}}</p>
</main>
</body>
</html>
`;

/** Puts a rule's name into a template; as text, whatever is in it. */
export function prepareBlockPage(template: string, rule: string | undefined): BlockPage {
  const name = escapeHtml(rule ?? byDefault);
  return template.split(/\{\{ *time *\}\}/).map((part) => part.replace(/\{\{ *rule *\}\}/g, () => name));
}

/** Fields of the answer that has the page, but for its length. */
export const blockPageFields = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
} as const;

/** The whole answer to a blocked request (RFC 9110, 15.5.4). */
export function formatBlockAnswer(
  page: Buffer,
  { withBody, closes }: { readonly withBody: boolean; readonly closes: boolean },
): Buffer {
  const head = [
    "HTTP/1.1 403 Forbidden",
    ...Object.entries(blockPageFields).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${page.length}`,
    ...(closes ? ["Connection: close"] : []),
    "\r\n",
  ].join("\r\n");
  return withBody ? Buffer.concat([Buffer.from(head), page]) : Buffer.from(head);
}

/** The block pages of a site, prepared when they are first wanted. */
export class BlockPages {
  readonly #template: string;
  readonly #timeZone: string;
  readonly #prepared = new Map<string | undefined, BlockPage>();

  /** @param timeZone IANA name; the page's time is in it. */
  constructor(template: string, timeZone: string) {
    this.#template = template;
    this.#timeZone = timeZone;
  }

  /** The page for what a rule, or the default, has blocked just now. */
  page(rule: string | undefined): Buffer {
    return Buffer.from(this.parts(rule).join(formatTime(Date.now(), this.#timeZone)));
  }

  /** That page without the time. */
  parts(rule: string | undefined): BlockPage {
    let prepared = this.#prepared.get(rule);
    if (prepared === undefined) {
      prepared = prepareBlockPage(this.#template, rule);
      this.#prepared.set(rule, prepared);
    }
    return prepared;
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
