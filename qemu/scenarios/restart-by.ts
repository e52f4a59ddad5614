import type { Router } from "../router.ts";

/** Types a command that ends in a restart, and waits until the router serves again, with a shell. */
export async function restartBy(router: Router, command: string, timeoutMs: number): Promise<void> {
  const from = router.console.received.length;
  router.console.type(`${command}\n`);
  await router.console.waitFor(/Restarting system/, { from, timeoutMs });
  // A machine whose state was once saved doesn't get past its boot loader after a reset: it is switched on anew.
  await router.cutPower();
  await router.start();
  await router.waitForProxy();
  await router.console.waitForShell({ timeoutMs: 30_000 });
  await router.placeProgramsAlike();
}
