import test from "ava";
import { mapConcurrently } from "../../../build/core/concurrency.ts";
import { testUnless } from "../../test-unless.ts";
import { findHaProxy, startHaProxy, type Seen } from "./haproxy.ts";
import { seeRequests, type Sight } from "./see-requests.ts";
import { readVectors } from "./vectors.ts";

/** What HAProxy 2.6 or 3.0 takes and we refuse, by our word for it: on purpose, and why. */
const stricter: Readonly<Record<string, string>> = {
  "bare-lf": "RFC 9112, 2.2, lets readers take it for a line's end, and lets them not",
  "control-character": "logs, terminals and origins may make something of it",
  "obs-fold": "RFC 9112, 5.2: it must be refused, or changed, and we change nothing",
  "empty-lines": "RFC 9112, 2.2, speaks of one",
  "not-http": "a tab isn't a space (RFC 9112, 3), and no method has more than 32 bytes",
  "request-line": "RFC 9112, 3: single spaces; readers that split at any blank see another target",
  version: "what isn't HTTP/1.0 or 1.1 has rules that we don't know",
  "no-host": "RFC 9112, 3.2: it must be refused; there is nothing to judge by",
  "two-hosts": "RFC 9112, 3.2: it must be refused, also when they are the same",
  host: "a policy can't be asked about what is no name and no address",
  "target-authority": "user information hides the host from people, and paths of CONNECT from readers",
  "target-form": "other schemes have other origins; `*` is OPTIONS' alone",
  "content-length": "RFC 9112, 6.3, lets identical ones pass; nobody sends them, but smugglers",
  "two-content-lengths": "as above",
  "content-length-and-transfer-encoding":
    "RFC 9112, 6.1: request smuggling, or a broken client; we can't remove one",
  "transfer-encoding":
    "`chunked` and nothing else: HAProxy takes a comma or a fold with it off, we change nothing",
  "transfer-encoding-in-1.0": "RFC 9112, 6.1: faulty framing; HAProxy closes after it, the origin may not",
  "connect-with-body": "RFC 9110, 9.3.6: it has none; what follows is the tunnel's",
  "connection-option": "who forwards it would take the framing or the host away (RFC 9110, 7.6.1)",
  "broken-chunks": "HAProxy 2.6 takes a bare LF in chunks, which newer ones refuse: readers differ",
};
/** What HAProxy refuses and we pass. */
const laxer: Readonly<Record<string, string>> = {
  "WebSocket without its key": "the origin refuses the handshake; it is judged and framed as any request",
};
/** What both take, and HAProxy sees otherwise. */
const seenOtherwise: Readonly<Record<string, string>> = {
  "no Host, absolute, HTTP/1.0": "the host is in the target; HAProxy was asked for the field",
  "CONNECT of HTTP/1.0": "likewise",
  "no path, of OPTIONS": "HAProxy 3.0 makes it a slash; it means the server as a whole (RFC 9112, 3.2.4)",
};

const last = Buffer.from("GET /last HTTP/1.1\r\nHost: last.example\r\nConnection: close\r\n\r\n");
/** What becomes of these shows where the request before them ended. */
const sequels = [last, Buffer.concat([Buffer.from("5\r\nhello\r\n0\r\n\r\n"), last])];
const streams = ["requests", "request-targets", "request-framing", "request-shapes"]
  .flatMap(readVectors)
  .flatMap(({ title, input }) => sequels.map((sequel) => ({ title, bytes: Buffer.concat([input, sequel]) })));

const program = findHaProxy();
const withHaProxy = testUnless(
  program === undefined ? "haproxy is missing" : undefined,
  "our reading of requests against HAProxy's",
);
withHaProxy(
  "each request that we pass, HAProxy passes too, with the same method, host, path and length",
  async (t) => {
    const haproxy = await startHaProxy(program ?? "haproxy");
    t.teardown(() => haproxy.end());
    const passedByBoth: string[] = [];
    await mapConcurrently(streams, 200, async ({ title, bytes }) => {
      const [ours, theirs] = [seeRequests(bytes), await haproxy.see(bytes)];
      const difference = compare(ours, theirs);
      const reasons = { laxer: laxer[title], stricter: stricter[ours.end], otherwise: seenOtherwise[title] };
      if (difference === undefined) passedByBoth.push(title);
      else t.truthy(reasons[difference], `${title}: ${difference}\n${describe(ours, theirs)}`);
    });
    // Control: both pass something.
    t.true(passedByBoth.includes("a browser's form"));
    t.true(streams.length > 700, String(streams.length));
  },
);

test("a reader that sees less, more or something else is noticed", (t) => {
  const seen: Seen = { method: "GET", host: "a", port: 80, path: "/", bodyBytes: 0 };
  t.is(compare({ requests: [seen], end: "all" }, [{ ...seen, host: "A" }]), undefined);
  t.is(compare({ requests: [seen, seen], end: "all" }, [seen]), "laxer");
  t.is(compare({ requests: [seen], end: "host" }, [seen, seen]), "stricter");
  for (const other of [{ host: "b" }, { path: "/b" }, { bodyBytes: 1 }, { method: "PUT" }, { port: 81 }])
    t.is(compare({ requests: [seen], end: "all" }, [{ ...seen, ...other }]), "otherwise");
});

function compare(ours: Sight, theirs: readonly Seen[]): "laxer" | "stricter" | "otherwise" | undefined {
  const [mine, others] = [ours.requests.map(format), theirs.map(format)];
  if (mine.some((seen, index) => others[index] !== undefined && others[index] !== seen)) return "otherwise";
  if (mine.length === others.length) return undefined;
  return mine.length > others.length ? "laxer" : "stricter";
}

function format({ method, host, port, path, bodyBytes }: Seen): string {
  return `${method} ${host.toLowerCase()}:${port}${path} with ${bodyBytes} bytes`;
}

function describe(ours: Sight, theirs: readonly Seen[]): string {
  return `ours: ${ours.requests.map(format).join(", ")}; then ${ours.end}\ntheirs: ${theirs.map(format).join(", ")}`;
}
