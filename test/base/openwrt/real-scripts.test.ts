/** The overlay's services under OpenWrt's own scripts, which enter by HALFBRIDGE_OPENWRT_SOURCE. */
import { spawnSync } from "node:child_process";
import { cp, mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { projectRoot } from "../../../build/core/paths.ts";
import { runScript, writeFiles } from "../../payload/scripts.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { testUnless } from "../../test-unless.ts";

const overlay = join(projectRoot, "overlays/openwrt");
const services = ["halfbridge", "halfbridge-capture", "halfbridge-guard", "halfbridge-network"];
const real = process.env["HALFBRIDGE_OPENWRT_SOURCE"];

/** OpenWrt's rc.common on a service's script: by bash, as its makefiles run it, and near enough to BusyBox's ash. */
const rcCommon = (root: string, name: string, action: string) =>
  spawnSync("bash", [join(root, "etc/rc.common"), join(root, "etc/init.d", name), action], {
    encoding: "utf8",
    env: {
      ...process.env,
      IPKG_INSTROOT: root,
      ROOT: root,
      PATH: `${join(root, "programs")}:${process.env["PATH"]}`,
    },
  });

const withOpenwrt = testUnless(
  real === undefined ? "HALFBRIDGE_OPENWRT_SOURCE names no checkout" : undefined,
  "that OpenWrt's rc.common, procd.sh and functions.sh take our services and user",
);

/** A root with OpenWrt's own scripts, and programs of the build machine. */
async function rootOf(t: ExecutionContext): Promise<string> {
  const root = await temporaryFolder(t);
  const source = real ?? "";
  await cp(join(source, "package/base-files/files"), root, { recursive: true });
  await cp(join(source, "package/system/procd/files/procd.sh"), join(root, "lib/functions/procd.sh"));
  await cp(overlay, root, { recursive: true });
  for (const folder of ["etc/rc.d", "usr/share/libubox", "var/lock", "programs"])
    await mkdir(join(root, folder), { recursive: true });
  await writeFiles(root, {
    // jshn is compiled: what it is told is written down
    "usr/share/libubox/jshn.sh":
      'for f in json_init json_cleanup json_set_namespace json_add_string json_add_int json_add_boolean json_add_object json_add_array json_close_object json_close_array json_get_values; do eval "$f() { echo $f \\"\\$*\\" >> $ROOT/said; }"; done\njson_dump() { :; }\njson_select() { return 1; }\n',
    "programs/ubus": '#!/bin/sh\necho "ubus $*" >> "$ROOT/said"\n',
    "programs/lock": "#!/bin/sh\n",
  });
  return root;
}

withOpenwrt(
  "OpenWrt's rc.common enables every service at its place, at build time and on a build machine",
  async (t) => {
    const root = await rootOf(t);
    for (const name of services) {
      const { status, stderr } = rcCommon(root, name, "enable");
      t.is(stderr, "", name);
      t.is(status, 0, name);
    }
    t.deepEqual((await readdir(join(root, "etc/rc.d"))).sort(), [
      ...["K10halfbridge", "K11halfbridge-network", "K12halfbridge-capture", "K13halfbridge-guard"],
      ...["S14halfbridge-guard", "S16halfbridge-capture", "S21halfbridge-network", "S22halfbridge"],
    ]);
  },
);

withOpenwrt("OpenWrt's procd.sh is told of three programs that it keeps running", async (t) => {
  const root = await rootOf(t);
  const { status, stderr } = rcCommon(root, "halfbridge", "start");
  t.is(stderr, "");
  t.is(status, 0);
  const said = (await readFile(join(root, "said"), "utf8")).replaceAll(/^json_set_namespace.*\n/gm, "");
  for (const name of ["proxy", "ndp", "watch"])
    t.regex(
      said,
      new RegExp(
        `json_add_object ${name}\njson_add_array command\njson_add_string +/usr/sbin/halfbridge-${name}\n`,
      ),
    );
  t.is(
    [
      ...said.matchAll(
        /json_add_array respawn\njson_add_string +3600\njson_add_string +1\njson_add_string +0\n/g,
      ),
    ].length,
    3,
  );
  t.regex(said, /ubus call service set/);
});

withOpenwrt("OpenWrt's functions.sh makes the proxy's user, once", async (t) => {
  const root = await rootOf(t);
  const script = (await readFile(join(root, "etc/uci-defaults/90-halfbridge-user"), "utf8")).replace(
    ". /lib/",
    `. ${root}/lib/`,
  );
  for (const round of [1, 2])
    t.is(
      runScript(["-c", script], { IPKG_INSTROOT: root }, join(root, "programs")).status,
      0,
      `round ${round}`,
    );
  const lines = (await readFile(join(root, "etc/passwd"), "utf8"))
    .split("\n")
    .filter((line) => line.startsWith("halfbridge:"));
  t.deepEqual(lines, ["halfbridge:x:3129:3129:the proxy:/var:/bin/false"]);
});
