import test from "ava";
import { link, textFile } from "../../build/core/tree.ts";
import { layerRoot } from "../../build/image/root-layers.ts";

const program = textFile("/usr/bin/program", "the same everywhere");
const library = textFile("/usr/lib/modules-load", "no module");

test("what boards and sites differ in is a layer of its own; what is packed first is the same for all", (t) => {
  const one = layerRoot([
    program,
    textFile("/etc/hostname", "one"),
    textFile("/usr/lib/modules/6/a.ko", "a"),
  ]);
  const other = layerRoot([program, textFile("/etc/hostname", "other")]);
  t.deepEqual(one.shared, other.shared);
  t.deepEqual(
    one.own.map(({ path }) => path),
    ["/router/etc/hostname", "/router/modules/6/a.ko"],
  );
  t.notDeepEqual(layerRoot([library]).shared, one.shared);
});

test("both are found where programs look for them, and what only looks alike stays", (t) => {
  const { shared, own } = layerRoot([program, library, textFile("/etc/passwd", "")]);
  t.deepEqual(
    shared.map(({ path, kind }) => `${kind} ${path}`),
    ["directory /etc", "file /usr/bin/program", "link /usr/lib/modules", "file /usr/lib/modules-load"],
  );
  t.deepEqual(
    shared.find(({ path }) => path === "/usr/lib/modules"),
    link("/usr/lib/modules", "../../router/modules"),
  );
  t.deepEqual(
    own.map(({ path }) => path),
    ["/router/etc/passwd"],
  );
});
