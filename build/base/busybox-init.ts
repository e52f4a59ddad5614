import { mergeTrees, textFile, type Entry } from "../core/tree.ts";
import { readOverlays, renderTemplates } from "../payload/render.ts";
import type { Plan } from "../plan/plan.ts";

/** The base's own scripts and init's table: the same wherever BusyBox starts the system. */
export async function renderInit(plan: Plan): Promise<Entry[]> {
  return mergeTrees(
    await readOverlays("busybox-init"),
    await renderTemplates("busybox-init", { shells: shellsOf(plan) }),
    [textFile("/etc/halfbridge/boot", `${plan.board.image.format}\n`)],
  );
}

/** Which consoles have a shell, and whether it asks first. */
function shellsOf({ board, site }: Plan) {
  if (site.console !== "root-shell") return [];
  // whichever console the device tree names
  if (board.consoles === undefined)
    return [{ terminal: "", action: "respawn", program: "/usr/bin/cttyhack /bin/sh -l" }];
  const terminals = board.consoles.map((console) => console.split(",")[0]?.replace(/^tty0$/, "tty1"));
  return terminals.map((terminal) => ({
    terminal,
    action: terminal === "tty1" ? "askfirst" : "respawn",
    program: "-/bin/sh",
  }));
}
