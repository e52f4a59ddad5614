import test from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { fetchSource, readSource } from "../../build/debian/source-package.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { useUnsignedArchive } from "./unsigned-archive.ts";

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [string, string, string];
const dsc = `'http://mirror.invalid/u-boot_1-3%2bdeb13u1.dsc' u-boot_1-3+deb13u1.dsc 4329 SHA256:${a}`;
const upstream = `'http://mirror.invalid/u-boot_1.orig.tar.bz2' u-boot_1.orig.tar.bz2 32 SHA256:${b}`;
const signature = `'http://mirror.invalid/u-boot_1.orig.tar.bz2.asc' u-boot_1.orig.tar.bz2.asc 9 SHA256:${a}`;
const debian = `'http://mirror.invalid/x' u-boot_1-3+deb13u1.debian.tar.xz 17 SHA256:${c}`;

test("upstream's archive and Debian's are found with their sums, and the version with them", (t) => {
  const text = ["Reading package lists...", dsc, debian, signature, upstream, ""].join("\n");
  t.deepEqual(readSource("u-boot", text), {
    version: "1-3+deb13u1",
    tars: [
      { name: "u-boot_1.orig.tar.bz2", sha256: b },
      { name: "u-boot_1-3+deb13u1.debian.tar.xz", sha256: c },
    ],
  });
});

test("a source package of another form is refused", (t) => {
  const native = dsc.replaceAll(".dsc", ".tar.xz");
  const further = upstream.replaceAll(".orig.tar", ".orig-part.tar");
  for (const text of [native, upstream, debian, [upstream, debian, further].join("\n"), ""]) {
    t.throws(() => readSource("u-boot", text), { instanceOf: ToolError, message: /3\.0 \(quilt\)/ });
  }
});

test.serial("sources that are wanted at the same time don't find apt's indexes locked", async (t) => {
  const directory = await temporaryFolder(t);
  await useUnsignedArchive(t);
  const wanted = ["u-boot", "arm-trusted-firmware", "linux"].map((name) =>
    t.throwsAsync(fetchSource("trixie", name, { directory, refresh: false }), { message: /not signed/ }),
  );
  await Promise.all(wanted);
});
