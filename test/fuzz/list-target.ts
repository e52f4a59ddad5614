import { openListTrier } from "./list-trier.ts";
import { textMutations } from "./mutate.ts";
import type { Target } from "./targets.ts";

/** Lines as lists in the wild have them. */
const seeds = [
  "127.0.0.1 localhost\n::1 localhost ip6-localhost\n0.0.0.0 ads.example # comment\n0.0.0.0\ttracker.example  www.tracker.example\n",
  "# a comment\nexample.org\n*.example.net\n.example.com\nbücher.example\nxn--bcher-kva.example\n",
  "example.org/ads/\nhttp://example.org:8080/x?y=z\nhttps://[2001:db8::1]/a\nexample.org/%7Euser/*\n",
  "[Adblock Plus 2.0]\n! Title: x\n||example.org^\n||ads.example^$third-party\n@@||good.example^$document\n##.banner\nexample.org#@#.ad\n/banner[0-9]+/\n",
  "|http://example.org/a|\n*/ads/*\n-ad-banner.\n&ad_id=\n||example.org^*/track?*id=\n@@|https://a^b^\n",
  "\u{feff}example.org\r\n192.0.2.1\r\n2001:db8::1\r\nexample..org\r\n-\r\n\r\n",
  `${"a".repeat(5000)}\n||${"b.".repeat(200)}^\n${"*a".repeat(200)}\n`,
];
const words = [
  ..."|| | ^ * @@ # ## ! $ $all ~ , / . .. : :80 ? % %2e %2F localhost 0.0.0.0 127.0.0.1 ::1 [::1]".split(
    " ",
  ),
  ..."example.org www. http:// https:// $third-party,domain=a.b $document #@# [Adblock] xn-- ü \u{feff}".split(
    " ",
  ),
  ...["\r\n", "\n", " ", "\t", "\0", "\n||", "^\n"],
];

export const listTarget: Target = {
  name: "lists",
  seeds: seeds.map((seed) => Buffer.from(seed)),
  words: words.map((word) => Buffer.from(word)),
  mutations: textMutations,
  open: openListTrier,
};
