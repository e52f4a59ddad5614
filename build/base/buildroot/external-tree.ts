import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Board } from "../../config/board.ts";
import { hashFile } from "../../core/hash.ts";
import { projectRoot } from "../../core/paths.ts";
import { projectVersion } from "../../core/project-version.ts";
import { copyOf, mergeTrees, textFile, type Entry, type FileEntry } from "../../core/tree.ts";
import type { Payload } from "../../payload/payload.ts";
import { readOverlays, renderTemplates } from "../../payload/render.ts";
import type { Plan } from "../../plan/plan.ts";
import { renderInit } from "../busybox-init.ts";
import { programs, programLinks, stateEditors } from "../debian/packages.ts";
import { buildrootBoard } from "./board.ts";
import { buildrootApplets, printBusyboxFragment } from "./busybox-fragment.ts";
import { printDefconfig } from "./defconfig.ts";
import { planDisk } from "./disk.ts";
import { printKernelFragment } from "./kernel-fragment.ts";

const board = "/board/halfbridge";
const rootOverlay = `${board}/rootfs_overlay`;
const packageFolder = "/package/halfbridge";

/** What the disk image is called among Buildroot's images. */
export const diskImage = "halfbridge.img";

/**
 * A BR2_EXTERNAL tree (Buildroot manual: "Keeping customizations outside of Buildroot"). Software is a package,
 * `halfbridge`, so that Buildroot knows its licences, its user and what it needs, and anyone can choose it in
 * a configuration of their own; the site's configuration is a root file system overlay.
 */
export async function renderExternalTree(
  plan: Plan,
  payload: Pick<Payload, "tree" | "configuration">,
  userFragment = "",
): Promise<Entry[]> {
  const tree = await renderTree(plan, payload, userFragment);
  return mergeTrees(tree, [textFile("/.checkpackageignore", await printIgnored(tree))]);
}

async function renderTree(
  plan: Plan,
  payload: Pick<Payload, "tree" | "configuration">,
  userFragment: string,
): Promise<Entry[]> {
  const facts = buildrootBoard(plan);
  const disk = await planDisk(plan.board, diskImage);
  const isText = new Set(payload.configuration.map(({ path }) => path));
  const software = payload.tree.filter(({ path }) => !isText.has(path)) as FileEntry[];
  return mergeTrees(
    await readOverlays("buildroot"),
    await renderTemplates("buildroot", { version: await projectVersion() }),
    [
      textFile(
        `/configs/${plan.board.name}_defconfig`,
        printDefconfig(plan, facts, disk.configuration, userFragment),
      ),
      textFile(`${board}/linux.fragment`, printKernelFragment(plan).text),
      textFile(`${board}/busybox.fragment`, printBusyboxFragment()),
      textFile(`${board}/genimage.cfg`, disk.genimage),
      textFile(`${board}/image.conf`, printFacts({ KERNEL: facts.kernelImage, ...disk.facts })),
      textFile(`${board}/programs`, lines(programNames(plan.board))),
      textFile(`${board}/modules`, lines(moduleNames(plan))),
      textFile(`${board}/storage`, lines(["squashfs", ...plan.kernel.modules.storage])),
      textFile(`${board}/runtime.sha256`, await sumsOf(software)),
      copyOf(`${packageFolder}/payload/LICENSE`, join(projectRoot, "LICENSE")),
    ],
    at(`${packageFolder}/payload`, software),
    at(`${board}/initramfs`, await readOverlays("debian-initramfs")),
    at(board, disk.files),
    at(
      rootOverlay,
      mergeTrees(
        await renderInit(plan),
        [
          textFile("/etc/hosts", "127.0.0.1 localhost\n"),
          { kind: "link", path: "/var/log/halfbridge", target: "/data/log" },
        ],
        payload.configuration,
      ),
    ),
  );
}

const at = (folder: string, tree: readonly Entry[]): Entry[] =>
  tree.map((entry) => ({ ...entry, path: folder + entry.path }));

/**
 * Init scripts that are the same on every base aren't in Buildroot's style. Its utils/check-package complains of what
 * it is told to ignore without need, too.
 */
async function printIgnored(tree: readonly Entry[]): Promise<string> {
  const ignored = tree.map(async (entry) => {
    if (entry.kind !== "file" || !/\/init\.d\/S\d\d\w+$/.test(entry.path)) return [];
    const { from } = entry;
    const text = "content" in from ? from.content.toString() : await readFile(from.file, "utf8");
    const checks = [...(/^\t* /m.test(text) ? ["lib_sysv.Indent"] : []), "lib_sysv.Variables"];
    return [`${entry.path.slice(1)} ${checks.join(" ")}`];
  });
  return lines((await Promise.all(ignored)).flat());
}

/** By name: Buildroot's packages have other opinions on bin and sbin. */
function programNames({ image }: Board): string[] {
  const { [image.format]: own, ...others } = stateEditors;
  const notHere = new Set(Object.values(others).flat());
  const paths = [...programs, ...Object.keys(programLinks), ...own, ...buildrootApplets].filter(
    (path) => !notHere.has(path),
  );
  return [...new Set(paths.map((path) => path.replace(/^.*\//, "")))].sort();
}

/** All but what mounts the root file system: that isn't loaded by name, and called differently in newer kernels. */
function moduleNames({ kernel: { modules } }: Plan): string[] {
  return [...new Set([...modules.storage, ...modules.network, ...modules.hardware])].sort();
}

/** As sha256sum(1) reads them, in the root file system's folder. */
async function sumsOf(files: readonly FileEntry[]): Promise<string> {
  const sums = await Promise.all(
    files.map(async ({ path, from }) =>
      "file" in from ? [`${from.sha256 ?? (await hashFile(from.file))}  ${path.slice(1)}`] : [],
    ),
  );
  return lines(sums.flat());
}

/** What post-image.sh wants to know, as shell variables. */
function printFacts(facts: Readonly<Record<string, string>>): string {
  return lines(Object.entries(facts).map(([name, value]) => `${name}='${value}'`));
}

const lines = (text: readonly string[]): string => text.map((line) => `${line}\n`).join("");
