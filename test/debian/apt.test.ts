import test from "ava";
import { aptDirectory, formatSources } from "../../build/debian/apt.ts";

const mirrors = { archive: "http://mirror.invalid/debian/", security: "http://security.invalid/" };
const cache = { directory: "/cache", refresh: false };
const main = { suite: "trixie", architecture: "arm64" } as const;
const firmware = { ...main, components: ["non-free-firmware"] };
const source = { suite: "trixie", architecture: "source" } as const;

test("only free software is looked for unless another archive area is asked for", (t) => {
  t.deepEqual(formatSources(main, mirrors).match(/^Components: .*$/gm), [
    "Components: main",
    "Components: main",
  ]);
  t.deepEqual(formatSources(firmware, mirrors).match(/^Components: .*$/gm), [
    "Components: non-free-firmware",
    "Components: non-free-firmware",
  ]);
});

test("source packages are looked for where they are asked for, signed by the same keys", (t) => {
  t.regex(formatSources(main, mirrors), /^Types: deb$/m);
  t.regex(formatSources(source, mirrors), /^Types: deb-src$/m);
  for (const part of [main, firmware, source]) {
    t.is(formatSources(part, mirrors).match(/^Signed-By: .*debian-archive-keyring\.gpg$/gm)?.length, 2);
  }
});

test("without a security mirror there is one stanza", (t) => {
  t.is(formatSources(main, { ...mirrors, security: undefined }).match(/^URIs:/gm)?.length, 1);
});

test("without updates it is the release alone, in an apt root of its own", (t) => {
  const text = formatSources(main, mirrors, false);
  t.deepEqual(text.match(/^(URIs|Suites): .*$/gm), ["URIs: http://mirror.invalid/debian/", "Suites: trixie"]);
  process.env["HALFBRIDGE_DEBIAN_UPDATES"] = "no";
  t.teardown(() => delete process.env["HALFBRIDGE_DEBIAN_UPDATES"]);
  t.is(aptDirectory(main, cache), "/cache/apt/trixie-arm64-released");
});

test("each part of the archive has an apt root of its own", (t) => {
  t.is(aptDirectory(main, cache), "/cache/apt/trixie-arm64");
  t.is(new Set([main, firmware, source].map((part) => aptDirectory(part, cache))).size, 3);
});
