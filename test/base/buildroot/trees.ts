/** External trees for tests, with a payload that weighs nothing. */
import { join } from "node:path";
import type { Board } from "../../../build/config/board.ts";
import { projectRoot } from "../../../build/core/paths.ts";
import { copyOf, mergeTrees, type Entry } from "../../../build/core/tree.ts";
import { renderExternalTree } from "../../../build/base/buildroot/external-tree.ts";
import { renderConfiguration } from "../../../build/payload/configuration.ts";
import { makePlan } from "../../../build/plan/plan.ts";
import { readSite } from "../../../build/config/site.ts";
import { board as pc } from "../../setups.ts";

export const site = await readSite("sites/example.yaml");

export const planFor = (board: Board = pc) => makePlan({ ...board, base: "buildroot" }, site);

/** A board whose U-Boot Buildroot builds; facts from Debian's kernel and U-Boot. */
export const rockPiE: Board = {
  ...pc,
  name: "rock-pi-e",
  arch: "arm64",
  deviceTree: { file: "rockchip/rk3328-rock-pi-e.dtb", compatible: "radxa,rockpi-e" },
  consoles: ["ttyS2,1500000"],
  image: { ...pc.image, format: "gpt-boot-script" },
  loader: { kind: "rockchip", ubootBuild: "rock-pi-e-rk3328" },
  kernel: {
    package: "linux-image-arm64",
    storageModules: [
      "virtio_pci",
      "virtio_blk",
      "i2c-rk3x",
      "rk808-regulator",
      "fixed",
      "gpio-rockchip",
      "dw_mmc-rockchip",
    ],
    networkModules: ["virtio_net", "dwmac-rk", "realtek", "rockchip"],
  },
};

const configuration = await renderConfiguration(planFor());

/** The proxy's runtime, of which just its being there as it was made matters here. */
const runtime = copyOf("/usr/lib/halfbridge/runtime/node.elf", join(projectRoot, "LICENSE"));

export const payload = { tree: mergeTrees(configuration, [runtime]), configuration };

export const treeFor = (board: Board = pc, userFragment = ""): Promise<Entry[]> =>
  renderExternalTree(planFor(board), payload, userFragment);
