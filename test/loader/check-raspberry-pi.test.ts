import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { projectRoot } from "../../build/core/paths.ts";
import { checkRaspberryPiFiles } from "../../build/loader/check-raspberry-pi.ts";

const names = [
  "start4.elf",
  "fixup4.dat",
  "config.txt",
  "LICENCE.firmware",
  "u-boot.bin",
  "bcm2711-rpi-4-b.dtb",
];
const config = await readFile(join(projectRoot, "overlays/raspberry-pi/config.txt"), "utf8");

test("the files that images get are whole, and so is config.txt", (t) => {
  t.deepEqual(checkRaspberryPiFiles(names, config), []);
});

for (const name of names) {
  test(`without ${name} it isn't`, (t) => {
    const faults = checkRaspberryPiFiles(
      names.filter((other) => other !== name),
      config,
    );
    t.is(faults.length, 1);
    t.regex(faults[0] as string, name.endsWith(".dtb") ? /no device tree/ : new RegExp(`${name}.*missing`));
  });
}

for (const line of ["arm_64bit=1", "kernel=u-boot.bin", "enable_uart=1"]) {
  test(`a config.txt without ${line} is told`, (t) => {
    t.is(checkRaspberryPiFiles(names, config.replace(line, "")).length, 1);
  });
}

test("a setting for one model alone doesn't count for all", (t) => {
  const faults = checkRaspberryPiFiles(names, config.replace("arm_64bit=1", "[pi3]\narm_64bit=1\n[all]"));
  t.regex(faults.join("\n"), /arm_64bit/);
});

test("a line that the firmware would cut off is told", (t) => {
  t.regex(checkRaspberryPiFiles(names, `${config}dtparam=${"x".repeat(98)}\n`).join("\n"), /98 characters/);
});
