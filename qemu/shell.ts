import { once } from "node:events";
import { join } from "node:path";
import { note } from "../build/core/progress.ts";
import { withLab, type Lab, type LabOptions } from "./lab.ts";

/** What ends the session: Ctrl-], as in telnet. The shell gets all else, Ctrl-C too. */
const escape = "\x1d";

/** Boots an image in the lab, gives the user's terminal a shell on the first client, and takes all down when it ends. */
export async function openShell(options: Omit<LabOptions, "lanes">): Promise<void> {
  await withLab({ ...options, lanes: 1 }, async (lab) => {
    const [{ router }] = lab.lanes;
    await router.start();
    await router.waitForProxy();
    introduce(lab);
    await attach(lab);
  });
}
