import { lanPorts } from "../config/ports.ts";
import type { Entry } from "../core/tree.ts";
import { renderTemplates } from "../payload/render.ts";
import type { Plan } from "../plan/plan.ts";
import type { Manifest } from "./manifest.ts";

/** `FLASHING.md`: how an image is put onto its board, and what to count on then. `bmap` names its block map. */
export function renderFlashingPage(
  { board, site }: Plan,
  { image, compressed }: Pick<Manifest, "image" | "compressed">,
  bmap: string,
): Promise<Entry[]> {
  const lan = lanPorts(board.ports).map(({ name }) => name);
  return renderTemplates("image", {
    board: board.name,
    title: board.title,
    image: image.file,
    sizeMiB: Math.round(image.bytes / 1024 / 1024),
    compressed: compressed?.file,
    compressedMB: ((compressed?.bytes ?? 0) / 1e6).toFixed(1),
    bmap,
    site: site.name,
    mode: site.mode,
    dialect: site.dialect,
    router: site.router,
    ispRouter: site.ispRouter,
    lan: site.lan,
    medium: board.flashing.medium,
    storageMiB: board.storageMiB,
    steps: board.flashing.steps.map((text, index) => ({ number: index + 1, text })),
    recovery: board.flashing.recovery ?? [],
    isp: board.ports.isp.name,
    lanPorts: lan.join("`, `"),
    severalLanPorts: lan.length > 1,
    broadcastsCross: site.mode.startsWith("bridge-"),
    isGrub: board.image.format === "gpt-grub",
  });
}
