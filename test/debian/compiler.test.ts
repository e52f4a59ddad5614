import test from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { refuseUnknownSymbols } from "../../build/debian/compiler.ts";

const known =
  "                 U epoll_wait@GLIBC_2.17\n                 U napi_create_object\n                 w __gmon_start__\n";

test("an addon may want what Node has, and what a library has by its version", (t) => {
  t.notThrows(() => refuseUnknownSymbols(known, "engine.node"));
});

test("what nothing has is refused when it is built, not met when it is called", (t) => {
  const symbols = `${known}                 U __aarch64_ldadd8_acq_rel\n`;
  t.throws(() => refuseUnknownSymbols(symbols, "engine.node"), {
    instanceOf: ToolError,
    message: /engine\.node: nothing has __aarch64_ldadd8_acq_rel$/,
  });
});
