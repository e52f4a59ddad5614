import type { Plan } from "../plan/plan.ts";

/** What templates/busybox-init wants to know: which consoles have a shell, and whether it asks first. */
export function initView({ board, site }: Plan) {
  if (site.console !== "root-shell") return { shells: [] };
  // whichever console the device tree names
  if (board.consoles === undefined)
    return { shells: [{ terminal: "", action: "respawn", program: "/usr/bin/cttyhack /bin/sh -l" }] };
  const terminals = board.consoles.map((console) => console.split(",")[0]?.replace(/^tty0$/, "tty1"));
  return {
    shells: terminals.map((terminal) => ({
      terminal,
      action: terminal === "tty1" ? "askfirst" : "respawn",
      program: "-/bin/sh",
    })),
  };
}
