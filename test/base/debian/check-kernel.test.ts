import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { checkKernel } from "../../../build/base/debian/check-kernel.ts";
import type { Board } from "../../../build/config/board.ts";
import type { Package } from "../../../build/debian/packages.ts";
import type { Tools } from "../../../build/debian/tools.ts";
import { kernelNeeds } from "../../../build/plan/kernel.ts";
import { writeFiles } from "../../payload/scripts.ts";
import { board } from "../../setups.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const { options, modules } = kernelNeeds(board);
const everything = [...modules.storage, ...modules.system, ...modules.network, ...modules.hardware];

/** What is wrong with x86-64, after changes, on a kernel without the options and modules that are named. */
async function faultsOf(t: ExecutionContext, changes: Partial<Board>, ...without: readonly string[]) {
  const directory = await temporaryFolder(t);
  const has = (name: string) => !without.includes(name);
  const folder = "usr/lib/modules/6.12/";
  await writeFiles(directory, {
    "boot/vmlinuz-6.12": "",
    "boot/config-6.12": options
      .filter(has)
      .map((name) => `CONFIG_${name}=m\n`)
      .join(""),
    [`${folder}modules.builtin`]: "",
    ...Object.fromEntries(everything.filter(has).map((name) => [`${folder}kernel/${name}.ko.xz`, ""])),
    "usr/lib/linux-image-6.12/maker/model.dtb": "",
  });
  const owner = { name: "linux-image-6.12", directory } as Package;
  const faults = await checkKernel(
    { ...board, ...changes },
    (path) => join("file", path),
    [owner],
    {} as Tools,
  );
  return faults.map(({ path, fact, hint }) => `${path}: ${fact} (${hint})`);
}

test("a kernel that has all is sound, and of one that hasn't all that it lacks is told", async (t) => {
  t.deepEqual(await faultsOf(t, {}), []);
  t.deepEqual(await faultsOf(t, {}, "BRIDGE_EBT_BROUTE", "NF_TPROXY_IPV4", "ebt_arp", "igb"), [
    "/kernel/package: 6.12 is built without CONFIG_BRIDGE_EBT_BROUTE, CONFIG_NF_TPROXY_IPV4 (choose another kernel package)",
    "/kernel/package: 6.12 lacks modules: ebt_arp (choose another kernel package)",
    `/kernel/networkModules/${board.kernel.networkModules.indexOf("igb")}: is igb, which kernel 6.12 lacks (did you mean igc?)`,
  ]);
});

test("a device tree that the kernel package lacks is told, with the near one", async (t) => {
  const deviceTree = { file: "maker/modell.dtb", compatible: "maker,model" };
  t.deepEqual(await faultsOf(t, { deviceTree }), [
    "/deviceTree/file: is maker/modell.dtb, which kernel 6.12 lacks (did you mean maker/model.dtb?)",
  ]);
});

test("a profile without the drivers for the lab's machines is told", async (t) => {
  const kernel = { ...board.kernel, storageModules: ["nvme"] };
  t.deepEqual(await faultsOf(t, { kernel }), [
    "/kernel/storageModules: lacks virtio_blk (without it the lab can't boot the image, and nothing is proven)",
  ]);
});
