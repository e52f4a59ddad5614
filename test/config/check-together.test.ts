import test from "ava";
import { readBoardByName } from "../../build/config/board.ts";
import { refuseTogether } from "../../build/config/check-together.ts";
import { InputError } from "../../build/core/faults.ts";
import { richSite } from "../setups.ts";

const oneSwitch = await readBoardByName("espressobin-v7");
const ownPort = await readBoardByName("turris-mox");

test("one port of the ISP's switch among several of the LAN is one too many", (t) => {
  const { ports } = oneSwitch;
  const lan = [{ name: "usb0", path: "platform/usb" }, ...[ports.lan].flat()];
  const site = { ...richSite, mode: "bridge-broute" as const };
  t.throws(() => refuseTogether({ ...oneSwitch, ports: { ...ports, lan } }, site, "site.yaml"), {
    message: /puts wan and lan0 on one bridge/,
  });
  const others = { ...oneSwitch, ports: { ...ports, lan: lan.slice(0, 1) } };
  t.notThrows(() => refuseTogether(others, site, "site.yaml"));
});

test("two ports of one switch aren't put on one bridge, whatever asks for it", (t) => {
  for (const [changes, path] of [
    [{ mode: "bridge-broute" }, "/mode"],
    [{ mode: "bridge-dnat" }, "/mode"],
    [{ arp: "bridge" }, "/arp"],
    [{ ipv6: { handling: "bridge" } }, "/ipv6/handling"],
  ] as const) {
    const site = { ...richSite, ...changes } as typeof richSite;
    const error = t.throws(() => refuseTogether(oneSwitch, site, "site.yaml"), { instanceOf: InputError });
    t.regex(error.message, new RegExp(`^site\\.yaml: ${path}: puts wan and lan0 on one bridge`));
    t.notThrows(() => refuseTogether(ownPort, site, "site.yaml"));
  }
  t.notThrows(() => refuseTogether(oneSwitch, richSite, "site.yaml"));
});
