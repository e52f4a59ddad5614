import type { Plan } from "../plan/plan.ts";

/**
 * What templates/busybox-init wants to know: whether the base has halfbridge-slot, which consoles have a shell, and
 * whether it asks first.
 */
export function initView(plan: Plan, { settlesSlots }: { readonly settlesSlots: boolean }) {
  return { settlesSlots, shells: shellsOf(plan) };
}

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
