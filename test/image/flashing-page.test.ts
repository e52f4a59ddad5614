import test from "ava";
import { renderFlashingPage } from "../../build/image/flashing-page.ts";
import { makePlan } from "../../build/plan/plan.ts";
import { board, richSite, twoLanPorts } from "../setups.ts";

const image = { file: "x.img", bytes: 600 * 1024 * 1024, sha256: "0" };
const compressed = { file: "x.img.gz", bytes: 58_700_000 };

async function pageOf(of: typeof board, site: Partial<typeof richSite> = {}): Promise<string> {
  const plan = makePlan(of, { ...richSite, ...site });
  const [entry] = await renderFlashingPage(plan, { image, compressed }, "x.img.bmap");
  return entry?.kind === "file" && "content" in entry.from ? entry.from.content.toString() : "";
}

test("the page names the image, the board's ports and the site's addresses", async (t) => {
  const page = await pageOf(board);
  t.regex(page, /^Image: `x\.img` \(600 MiB; compressed `x\.img\.gz`, 58\.7 MB\)$/m);
  t.regex(page, /router 10\.1\.2\.2, ISP's router 10\.1\.2\.1, LAN 10\.1\.2\.0\/24$/m);
  t.regex(page, /router is `eth0`, the one towards the LAN is `eth1`\.$/m);
  t.regex(await pageOf(twoLanPorts), /the ones towards the LAN are `eth1`, `eth2`\.$/m);
});

test("it says of broadcasts what the mode does with them", async (t) => {
  for (const mode of ["half-bridge", "proxy-arp"] as const)
    t.regex(await pageOf(board, { mode }), /Broadcasts stay on their own side/, mode);
  for (const mode of ["bridge-broute", "bridge-dnat"] as const) {
    const page = await pageOf(board, { mode });
    t.regex(page, /crosses the router as if there were a cable, DHCP/, mode);
    t.notRegex(page, /Broadcasts stay/, mode);
  }
});
