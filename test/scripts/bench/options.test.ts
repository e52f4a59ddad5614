import test from "ava";
import { InputError } from "../../../build/core/faults.ts";
import { parseOptions } from "../../../scripts/bench/options.ts";

test("without options all is measured; rows and figures keep their order, whatever they are given in", (t) => {
  const all = parseOptions([]);
  t.like(all, { rounds: 5, seconds: 6 });
  t.deepEqual(parseOptions(["--quick", "--rows", "squid,direct", "--figures=fresh,keep-alive"]), {
    peers: ["direct", "squid"],
    figures: ["keep-alive", "fresh"],
    rounds: 2,
    seconds: 2,
  });
  t.like(parseOptions(["--check"]), { figures: [] });
});

test("a row is profiled alone", (t) => {
  t.like(parseOptions(["--profile", "squid"]), { profile: "squid", peers: ["squid"] });
});

test("all that is unknown is told in one go", (t) => {
  const error = t.throws(() => parseOptions(["--rows", "direct,apache", "--figures", "idle,speed"]), {
    instanceOf: InputError,
  });
  t.deepEqual(
    error.faults.map(({ file, fact }) => `${file}: ${fact}`),
    ["--rows: there is no apache", "--figures: there is no speed"],
  );
  t.throws(() => parseOptions(["--fast"]), { instanceOf: InputError, message: /--fast/ });
});
