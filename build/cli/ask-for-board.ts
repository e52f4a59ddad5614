import { listFamilies } from "../config/board.ts";
import { boardSchema } from "../config/board-schema.ts";
import type { NewBoard } from "./new-board.ts";

/** Asks a question on a terminal; an empty answer stands for `otherwise`. */
export type Ask = (question: string, otherwise?: string) => Promise<string>;

/** Asks for what a new board's profile needs most and nobody has said yet; the rest is for an editor. */
export async function askForBoard(known: NewBoard, folder: string, ask: Ask): Promise<NewBoard> {
  const answers: Record<string, string> = {};
  const want = async (key: keyof NewBoard, question: string, otherwise?: string) => {
    if (known[key] !== undefined) return;
    const answer = (await ask(question, otherwise)).trim();
    if (answer !== "") answers[key] = answer;
  };
  await want("name", "Short name, as its file is to be called");
  await want("title", "What people call it");
  const families = await listFamilies(folder);
  if (families.length > 0) await want("family", `Family (${families.join(", ")}; empty: none)`, "");
  const family = known.family ?? answers["family"];
  if (family === undefined)
    await want("arch", `CPU architecture (${boardSchema.properties.arch.enum.join(", ")})`);
  const orFamily = family === undefined ? "" : " (empty: as the family says)";
  await want("memory", `RAM of the smallest variant, in MiB${orFamily}`);
  await want("storage", `Storage of the smallest variant, in MiB${orFamily}`);
  if ((known.arch ?? answers["arch"]) !== "amd64") {
    await want(
      "deviceTree",
      "Device tree in the kernel package, as rockchip/rk3328-nanopi-r2s.dtb (empty: none)",
      "",
    );
    if (known.deviceTree !== undefined || answers["deviceTree"] !== undefined)
      await want("compatible", "What that tree's root calls itself first");
  }
  const places = "NAME, or NAME=PLACE below /sys/devices, or NAME=dsa:LABEL";
  await want("isp", `Port that faces the ISP's router (${places})`, "wan");
  await want("lan", `Port that faces the LAN (${places}; several with spaces between)`, "lan");
  const { lan, ...others } = answers;
  return { ...known, ...others, ...(lan === undefined ? {} : { lan: lan.split(/\s+/) }) };
}
