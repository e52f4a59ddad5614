import test from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { adjustConfig, readDate, readSeries } from "../../build/loader/build-uboot.ts";
import { socOf } from "../../build/loader/rockchip.ts";

test("patches are taken in the order of the series, without its comments and options", (t) => {
  const series = "# first\none.patch\n\n  dir/two.diff -p1 # why\n#three.patch\nfour\n";
  t.deepEqual(readSeries(series), ["one.patch", "dir/two.diff", "four"]);
});

test("the date of the build is that of Debian's version", (t) => {
  const changelog = [
    "u-boot (2025.01-3+deb13u1) trixie-security; urgency=high",
    "",
    "  * Something.",
    "",
    " -- A. Person <person@example.org>  Wed, 24 Jun 2026 11:07:15 +0200",
    "",
    " -- Another <other@example.org>  Mon, 01 Jan 2024 00:00:00 +0000",
  ].join("\n");
  t.is(readDate(changelog), String(Date.UTC(2026, 5, 24, 9, 7, 15) / 1000));
});

test("a changelog without a date is an error", (t) => {
  t.throws(() => readDate("u-boot (1) trixie; urgency=low\n"), { instanceOf: ToolError, message: /date/ });
});

test("U-Boot says Debian's revision, and nothing else of its configuration changes", (t) => {
  const config = 'CONFIG_LOCALVERSION=""\nCONFIG_TOOLS_MKEFICAPSULE=y\nCONFIG_ARM=y\n';
  t.is(
    adjustConfig(config, "2025.01-3+deb13u1"),
    'CONFIG_LOCALVERSION="-3+deb13u1"\n# CONFIG_TOOLS_MKEFICAPSULE is not set\nCONFIG_ARM=y\n',
  );
});

test("the SoC is read from the names that U-Boot and Debian give builds", (t) => {
  t.is(socOf("nanopi-r2s-rk3328_defconfig"), "rk3328");
  t.is(socOf("rockpro64-rk3399"), "rk3399");
  t.is(socOf("rk3328-something"), "");
  t.is(socOf(undefined), "");
});
