/**
 * Records which pages of Node a router reads until its proxy has listened and served a request, so that the image
 * can have them in one place: `npm run record-start`, after Node's release or what the proxy loads at its start
 * has changed. Boots an image of each architecture in the lab; Linux says which pages a process has been given, one by one
 * once it is told not to give their neighbours along (kernel: admin-guide/mm/pagemap).
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { outDirectory, readInputs } from "../build/cli/inputs.ts";
import { chooseFirmwares, openFirmware, openLab } from "../build/cli/lab-inputs.ts";
import { note } from "../build/core/progress.ts";
import { projectRoot } from "../build/core/paths.ts";
import { buildImage } from "../build/flow.ts";
import { pageBytes } from "../build/payload/order-pages.ts";
import { nodeRelease, runtimeFolder } from "../build/payload/runtime.ts";
import { formatPages, startPagesFile } from "../build/payload/start-pages.ts";
import { withLab, type LabOptions, type Lane } from "../qemu/lab.ts";
import { restartProxy } from "../qemu/proxy-start.ts";

/** Runs on the router: prints the numbers of the pages of node.elf that a process has been given. */
const listPages = `
const { openSync, readFileSync, readSync } = require("node:fs");
const [pid] = process.argv.slice(1);
const pagemap = openSync("/proc/" + pid + "/pagemap");
for (const line of readFileSync("/proc/" + pid + "/maps", "utf8").split("\\n")) {
  if (!line.endsWith("/node.elf")) continue;
  const [first, end] = line.split(" ")[0].split("-").map((address) => parseInt(address, 16) / ${pageBytes});
  const entries = Buffer.alloc((end - first) * 8);
  readSync(pagemap, entries, 0, entries.length, first * 8);
  for (let page = first; page < end; page++)
    if (entries[(page - first) * 8 + 7] & 0x80) console.log(page.toString(16));
}`;

/** For each of Node's binaries that orderPages knows how to order, a board that runs it. */
const boards = ["x86-64", "arm64-uefi"];
const siteFile = join(projectRoot, "sites", "example.yaml");
const lab = await openLab({ accel: "auto" });

for (const boardName of boards) {
  const { board, ...site } = await readInputs(boardName, { site: siteFile });
  const { plan, image, directory } = await buildImage(board, site, {
    outDirectory,
    fast: true,
    refresh: false,
  });
  const [kind = "bios"] = chooseFirmwares("all", board);
  const options: LabOptions = {
    ...{ plan, imageFile: image, firmware: await openFirmware(kind, board), ...lab },
    runDirectory: join(directory, "lab", "record-start"),
    memoryMiB: 1024, // what a process was given is not to be taken back
    lanes: 1,
  };
  const release = await nodeRelease(board.arch);
  const pages = await withLab(options, ({ lanes: [lane] }) => record(lane));
  const file = startPagesFile(release);
  const title = `# Pages of ${release.name} ${release.version} that the proxy's start reads; made by npm run record-start.\n`;
  await writeFile(file, title + formatPages(pages));
  note(`${pages.size} pages, ${(pages.size * pageBytes) / 1e6} MB: ${file}`);
}

async function record({ router, client, topology }: Lane): Promise<ReadonlySet<number>> {
  await router.start();
  await router.waitForProxy();
  await router.console.waitForShell();
  const knob = "/sys/kernel/debug/fault_around_bytes";
  await router.console.succeed(`mount -t debugfs debugfs /sys/kernel/debug && echo ${pageBytes} >${knob}`);
  await restartProxy(router);
  await client(1).succeed(`wget -T 10 -qO- http://${topology.origins[0]}/cgi-bin/peer`);
  const list = `${runtimeFolder}/node -e '${listPages}' $(cat /run/halfbridge/proxy.pid)`;
  const numbers = await router.console.succeed(list, { timeoutMs: 60_000 });
  return new Set(numbers.split("\n").map((number) => Number.parseInt(number, 16)));
}
