import type { Console } from "./console.ts";

/** How a router that was switched on shows that it serves: no two bases say it in the same way. */
export interface Startup {
  /** From power-on; software emulation on a busy machine is slow. */
  readonly timeoutMs: number;
  /** Resolves once the proxy listens; afterwards a shell is to be had on the console. */
  readonly waitForProxy: (console: Console, timeoutMs: number) => Promise<void>;
}

/** The console is told what happens to the proxy. */
export const ownStartup: Startup = {
  timeoutMs: 90_000,
  async waitForProxy(console, timeoutMs) {
    await console.waitFor(/"event":"listening"/, { timeoutMs });
  },
};

/** OpenWrt's log is told, not its console, and a shell comes with Enter. A first start makes its overlay and its configuration, too. */
export const openwrtStartup: Startup = {
  timeoutMs: 240_000,
  async waitForProxy(console, timeoutMs) {
    // GRUB's menu, which is on the same line, would get what is typed before
    await console.waitForShell({ timeoutMs, after: /Please press Enter to activate this console/ });
    // without a terminal at both ends it has no line editor, which OpenWrt's cuts lines off at 512 bytes
    console.type("sh | cat\n");
    await console.waitForShell();
    const serves = "[ -e /run/halfbridge/listening ] && [ -e /run/halfbridge/capturing ]";
    await console.waitUntilSucceeds(serves, { timeoutMs });
  },
};
