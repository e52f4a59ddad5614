import test from "ava";
import {
  BlockPages,
  defaultBlockPage,
  formatBlockAnswer,
  prepareBlockPage,
} from "../../proxy/src/block-page.ts";

test("a page is cut at the places of the time, with the rule's name as text", (t) => {
  const template = "<p>{{rule}} at {{time}}, {{ time }}: {{ rule }}";
  t.deepEqual(prepareBlockPage(template, `a<&"'$&`), [
    "<p>a&#60;&#38;&#34;&#39;$&#38; at ",
    ", ",
    ": a&#60;&#38;&#34;&#39;$&#38;",
  ]);
  t.deepEqual(prepareBlockPage("nothing to say", "x"), ["nothing to say"]);
});

test("a rule that is named like a place doesn't become one", (t) => {
  t.deepEqual(prepareBlockPage("{{rule}}{{time}}", "{{time}}{{rule}}"), ["{{time}}{{rule}}", ""]);
});

test("the default page has both, and its length is in the answer", (t) => {
  const page = new BlockPages(defaultBlockPage, "Europe/Berlin").page(undefined);
  t.regex(page.toString(), /Rule: default<br>Time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0[12]:00/);
  const answer = formatBlockAnswer(page, { withBody: true, closes: true }).toString();
  const [head = "", body] = answer.split("\r\n\r\n");
  t.is(body, page.toString());
  t.deepEqual(head.split("\r\n"), [
    "HTTP/1.1 403 Forbidden",
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: no-store",
    `Content-Length: ${page.length}`,
    "Connection: close",
  ]);
  t.is(formatBlockAnswer(page, { withBody: false, closes: true }).toString(), `${head}\r\n\r\n`);
});
