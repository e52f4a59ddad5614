import test from "ava";
import { nearestTo, suggestNear } from "../../build/config/suggest.ts";

test("of few names all are told, the nearest first; of very many those with a word in common", (t) => {
  t.is(suggestNear("x86-65", ["arm64", "x86-64"]), "did you mean x86-64? there are: arm64, x86-64");
  t.is(suggestNear("x", []), "there are none");
  const many = Array.from({ length: 150 }, (_, count) => `maker_model-${count}`);
  const known = [...many, "bananapi_bpi-r3", "bananapi_bpi-r3-mini", "bananapi_bpi-r4"];
  t.is(
    suggestNear("bpi-r3", known),
    "of 153 these are like it: bananapi_bpi-r3, bananapi_bpi-r3-mini, bananapi_bpi-r4",
  );
  t.is(suggestNear("other", known), "none of 153 is like it");
  t.true(suggestNear("maker_x", known).length < 300);
});

test("a name that is far from all is near to none", (t) => {
  t.is(nearestTo("ip-ful", ["ip-full", "ethtool"]), "ip-full");
  t.is(nearestTo("something-else", ["ip-full", "ethtool"]), undefined);
});
