import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { readFragmentText } from "../../build/config/fragment.ts";
import { InputError } from "../../build/core/faults.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("lines of a configuration are read, and every other line is named, with what it may be", async (t) => {
  const file = join(await temporaryFolder(t), "mine");
  const sound = '# a comment\n\nBR2_CCACHE=y\n  BR2_DL_DIR="/srv"\n# BR2_REPRODUCIBLE is not set\n';
  await writeFile(file, sound);
  t.is(await readFragmentText(file, "BR2_"), sound);
  await writeFile(file, `${sound}CONFIG_TUN=y\nhello\nBR2_PACKAGE_NANO\n`);
  const error = await t.throwsAsync(readFragmentText(file, "BR2_"), { instanceOf: InputError });
  t.deepEqual(
    error.faults.map(({ file: where, fact, hint }) => `${where.replace(/^.*:/, "")}: ${fact} (${hint})`),
    [
      "6: isn't a line of a defconfig: CONFIG_TUN=y (it is for the kernel: name its file in BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES)",
      "7: isn't a line of a defconfig: hello (lines are BR2_…=…)",
      "8: isn't a line of a defconfig: BR2_PACKAGE_NANO (lines are BR2_…=…)",
    ],
  );
  await writeFile(file, "CONFIG_PACKAGE_kmod-usb-net-rtl8152=y\nBR2_CCACHE=y\n");
  await t.throwsAsync(readFragmentText(file, "CONFIG_"), {
    message: /:2: isn't a line of \.config: BR2_CCACHE=y \(it is for Buildroot\)$/,
  });
});
