import test from "ava";
import { requireOptions } from "../../../build/base/debian/kernel.ts";
import { ToolError } from "../../../build/core/faults.ts";

const configuration =
  "CONFIG_BRIDGE=m\nCONFIG_TMPFS=y\n# CONFIG_BRIDGE_EBT_BROUTE is not set\nCONFIG_HZ=250\n";

test("options that are built in or modules are enough", (t) => {
  t.notThrows(() => requireOptions(["BRIDGE", "TMPFS"], configuration, "6.12"));
});

test("every missing option is named", (t) => {
  t.throws(
    () => requireOptions(["BRIDGE", "BRIDGE_EBT_BROUTE", "NF_TPROXY_IPV4", "HZ"], configuration, "6.12"),
    {
      instanceOf: ToolError,
      message: /^kernel 6\.12 is built without CONFIG_BRIDGE_EBT_BROUTE, CONFIG_NF_TPROXY_IPV4, CONFIG_HZ/,
    },
  );
});
