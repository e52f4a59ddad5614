import test from "ava";
import { makeReport } from "../../build/cli/make-report.ts";
import type { Board } from "../../build/config/board.ts";
import type { Published } from "../../build/image/publish-image.ts";
import { makePlan } from "../../build/plan/plan.ts";
import { board, richSite } from "../setups.ts";

const deviceTree = { file: "maker/model.dtb", compatible: "maker,model" };
const scripted: Board = {
  ...{ ...board, arch: "arm64", deviceTree },
  image: { ...board.image, format: "gpt-boot-script" },
};

function notProven(of: Board): readonly string[] {
  const manifest = { image: { file: "x.img", sha256: "0" }, compressed: null };
  const published = { plan: makePlan(of, richSite), manifest } as unknown as Published;
  return makeReport(published, [], "kvm").notProven;
}

test("a report says what QEMU's machine isn't: its loader, its device tree and its drivers are the board's own", (t) => {
  t.regex(notProven(board).join("\n"), /^The machine was QEMU's \(q35, KVM/);
  t.notRegex(notProven(board).join("\n"), /device tree|U-Boot/);
  const vendor = notProven(scripted).join("\n");
  t.regex(vendor, /device tree \(maker\/model\.dtb\)/);
  t.regex(vendor, /^The vendor's U-Boot/m);
  const own = notProven({ ...scripted, loader: { kind: "rockchip", ubootBuild: "rock-pi-e-rk3328" } });
  t.regex(own.join("\n"), /^The first-stage loader that the image brings along/m);
  t.notRegex(own.join("\n"), /vendor/);
});

test("a firmware that the image is for, and no run had, is told", (t) => {
  t.true(notProven(board).includes("UEFI (edk2): it was left out of this run."));
});
