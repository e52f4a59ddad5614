import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Board } from "../../build/config/board.ts";
import type { Package, PackageRequest } from "../../build/debian/packages.ts";
import { checkLoader } from "../../build/loader/check-loader.ts";
import { writeFiles } from "../payload/scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** Some of what Debian's u-boot-rockchip 2025.01-3 and arm-trusted-firmware 2.12 have. */
const files = {
  "u-boot-rockchip": [
    "usr/lib/u-boot/rock-pi-4-rk3399/u-boot.itb",
    "usr/lib/u-boot/rock-pi-e-rk3328/idbloader.img",
    "usr/lib/u-boot/rock-pi-e-rk3328/u-boot-rockchip.bin",
    "usr/lib/u-boot/rockpro64-rk3399/u-boot-rockchip.bin",
    "usr/share/doc/u-boot-rockchip/nanopi-r2s-rk3328",
  ],
  "arm-trusted-firmware": [
    "usr/lib/arm-trusted-firmware/rk3328/bl31.elf",
    "usr/lib/arm-trusted-firmware/rk3399/bl31.elf",
  ],
} as const;

/** Checks a profile whose loader has these; gives its faults as lines, and what was asked of Debian's archive. */
async function check(t: ExecutionContext, loader: Omit<NonNullable<Board["loader"]>, "kind">) {
  const asked: PackageRequest[] = [];
  const fetch = async (request: PackageRequest): Promise<Package[]> => {
    asked.push(request);
    return Promise.all(
      request.names.map(async (name) => {
        const directory = join(await temporaryFolder(t), name);
        const paths = files[name as keyof typeof files] ?? [];
        await writeFiles(directory, Object.fromEntries(paths.map((path) => [path, ""])));
        const { architecture } = request;
        return { name, version: "1", architecture, source: name, homepage: undefined, sha256: "", directory };
      }),
    );
  };
  const cache = { directory: "/nowhere", refresh: false };
  const faults = await checkLoader(
    { loader: { kind: "rockchip", ...loader } },
    (path) => `${path === "/loader/ubootBuild" ? "board" : "family"}.yaml`,
    { suite: "trixie", cache },
    fetch,
  );
  const lines = faults.map(({ file, path, fact, hint }) => `${file}: ${path}: ${fact} (${hint})`);
  return { lines, asked };
}

test("a build that Debian's package has is sound", async (t) => {
  const { lines, asked } = await check(t, { ubootBuild: "rock-pi-e-rk3328" });
  t.deepEqual(lines, []);
  t.deepEqual(asked, [{ suite: "trixie", architecture: "arm64", names: ["u-boot-rockchip"], alone: true }]);
});

test("a build that Debian's package hasn't is told, with the near one, by the file that names it", async (t) => {
  t.deepEqual((await check(t, { ubootBuild: "rock-pi-e-rk3382" })).lines, [
    "board.yaml: /loader/ubootBuild: is rock-pi-e-rk3382, which Debian's u-boot-rockchip doesn't have (did you mean rock-pi-e-rk3328? there are: rock-pi-4-rk3399, rock-pi-e-rk3328, rockpro64-rk3399)",
  ]);
  t.is((await check(t, { ubootBuild: "nanopi-r2s-rk3328" })).lines.length, 1, "documentation is no build");
});

test("the firmware that goes with a U-Boot of the tool's own is looked up likewise", async (t) => {
  const defconfig = "nanopi-r2s-rk3328_defconfig";
  const { lines, asked } = await check(t, { defconfig, trustedFirmware: "rk3328" });
  t.deepEqual(lines, []);
  t.deepEqual(
    asked.flatMap(({ names }) => names),
    ["arm-trusted-firmware"],
  );
  t.deepEqual((await check(t, { defconfig, trustedFirmware: "rk3329" })).lines, [
    "family.yaml: /loader/trustedFirmware: is rk3329, which Debian's arm-trusted-firmware doesn't have (did you mean rk3328? there are: rk3328, rk3399)",
  ]);
});

test("both are told in one run, and nothing is fetched for a profile that wants neither", async (t) => {
  const { lines } = await check(t, { ubootBuild: "rock", trustedFirmware: "rk" });
  t.deepEqual(
    lines.map((line) => line.split(": ")[1]),
    ["/loader/ubootBuild", "/loader/trustedFirmware"],
  );
  t.deepEqual(await check(t, {}), { lines: [], asked: [] });
});
