import test from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { chooseMirrors, findMirrors, wantsUpdates } from "../../build/debian/mirrors.ts";

test("the machine's own Debian archives are taken, and others left", (t) => {
  const mirrors = chooseMirrors([
    "https://vendor.invalid/apt stable contrib",
    "http://mirror.invalid/debian/ bookworm main",
    "http://mirror.invalid/debian/ bookworm-updates main",
    "http://security.invalid/debian-security/ bookworm-security main",
  ]);
  t.deepEqual(mirrors, {
    archive: "http://mirror.invalid/debian/",
    security: "http://security.invalid/debian-security/",
  });
});

test("a machine without a Debian archive is told what to set", (t) => {
  t.throws(() => chooseMirrors(["https://vendor.invalid/apt nodistro main"]), {
    instanceOf: ToolError,
    message: /HALFBRIDGE_DEBIAN_MIRROR/,
  });
});

test("the environment comes before the machine's sources", async (t) => {
  const mirrors = await findMirrors({ HALFBRIDGE_DEBIAN_MIRROR: "http://mine.invalid/debian" });
  t.deepEqual(mirrors, { archive: "http://mine.invalid/debian", security: undefined });
});

test("updates are taken unless the environment says no, and anything else that it says is an error", (t) => {
  t.true(wantsUpdates({}));
  t.true(wantsUpdates({ HALFBRIDGE_DEBIAN_UPDATES: "yes" }));
  t.false(wantsUpdates({ HALFBRIDGE_DEBIAN_UPDATES: "no" }));
  t.throws(() => wantsUpdates({ HALFBRIDGE_DEBIAN_UPDATES: "off" }), {
    instanceOf: ToolError,
    message: /HALFBRIDGE_DEBIAN_UPDATES=off: must be yes or no/,
  });
});
