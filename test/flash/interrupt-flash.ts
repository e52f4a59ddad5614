/** Flashes OUT's image onto DISK, and gets SIGINT once it may write. */
import { endOnSignals, interruption } from "../../build/core/interrupt.ts";
import { flash } from "../../build/flash/flash.ts";
import { findPublishedImage } from "../../build/flash/published-image.ts";

const [outDirectory = "", disk = ""] = process.argv.slice(2);
endOnSignals();
const image = await findPublishedImage("x86-64", outDirectory);
const interrupt = async () => {
  // Not at once: it has to have begun to write.
  setImmediate(() => process.kill(process.pid, "SIGINT"));
};
await flash(image, disk, interrupt).catch(() => console.error((interruption.reason as Error).message));
