/** What the Raspberry Pi 4's firmware can't do without; the licence has to go with it. */
const needed = ["start4.elf", "fixup4.dat", "config.txt", "LICENCE.firmware"];

/**
 * Says each thing that is wrong with the files of the firmware partition, of which `config` is config.txt's
 * text. https://www.raspberrypi.com/documentation/computers/config_txt.html
 */
export function checkRaspberryPiFiles(names: readonly string[], config: string): string[] {
  const settings = readConfig(config);
  const missing = needed.filter((name) => !names.includes(name)).map((name) => `${name}: is missing`);
  const kernel = settings.get("kernel");
  return [
    ...missing,
    ...(names.some((name) => name.endsWith(".dtb"))
      ? []
      : ["no device tree (bcm2711-rpi-*.dtb): U-Boot takes the firmware's"]),
    ...(kernel === undefined
      ? ["config.txt: says no kernel, so the firmware would look for one of its own names"]
      : names.includes(kernel)
        ? []
        : [`config.txt: starts ${kernel}, which is missing`]),
    ...(settings.get("arm_64bit") === "1"
      ? []
      : ["config.txt: doesn't say arm_64bit=1, and U-Boot is 64-bit"]),
    ...(settings.get("enable_uart") === "1" ? [] : ["config.txt: doesn't say enable_uart=1: no console"]),
    ...(config.split("\n").some((line) => line.length > 98)
      ? ["config.txt: has a line of over 98 characters, which the firmware cuts off"]
      : []),
  ];
}

/** Settings that hold on every model; the last of a name wins. */
function readConfig(text: string): Map<string, string> {
  const everywhere = text.split(/^\[(?!all\])[^\]]*\]$/m)[0] ?? "";
  return new Map(
    everywhere.split("\n").flatMap((line) => {
      const match = /^(\w+)=(.*)$/.exec(line.trim());
      return match === null ? [] : [[match[1] as string, match[2] as string]];
    }),
  );
}
