import test from "ava";
import { startableImages } from "../../build/cli/prove-openwrt-board.ts";
import { hasOwnImage, readAllProfiles, type Board, type OpenwrtBoard } from "../../build/config/board.ts";
import { proofOf, proofOfProfile } from "../../build/plan/proof-level.ts";
import { board } from "../setups.ts";

const change = (changes: Partial<Board>): Board => ({ ...board, ...changes });
const scripted = { ...board.image, format: "gpt-boot-script" } as const;
const deviceTree = { file: "maker/model.dtb", compatible: "maker,model" };

test("an image that the lab boots itself is proven as such; drivers of its own hardware aren't", (t) => {
  t.deepEqual(proofOf(board), {
    level: "image",
    startedBy: "SeaBIOS and OVMF",
    notExercised: ["drivers of its own hardware"],
  });
});

test("what QEMU's machine lacks of a model is said", (t) => {
  const loader = { kind: "rockchip", ubootBuild: "rock-pi-e-rk3328" } as const;
  const model = proofOf(change({ arch: "arm64", image: scripted, deviceTree, loader }));
  t.is(model.level, "image");
  t.deepEqual(model.notExercised, ["first-stage loader", "device tree", "drivers of its own hardware"]);
  const vendor = proofOf(change({ arch: "arm64", image: scripted, deviceTree }));
  t.deepEqual(vendor.notExercised, ["the vendor's U-Boot", "device tree", "drivers of its own hardware"]);
  const reference = proofOf(change({ arch: "armhf", image: scripted }));
  t.deepEqual(reference.notExercised, ["drivers of its own hardware"]);
});

test("an image that nothing in the lab can start is proven by its payload alone", (t) => {
  const proof = proofOf(change({ arch: "armhf" }));
  t.is(proof.level, "payload");
  t.true(proof.notExercised.includes("the image's partitions and boot flow"));
});

test("evidence of someone who ran it makes it hardware, and none doesn't", (t) => {
  const evidence = [{ date: "2026-11-28", by: "a contributor", seen: "clients were filtered" }];
  t.is(proofOf(change({ evidence })).level, "hardware");
  t.is(proofOf(change({ evidence: [] })).level, "image");
});

test("of OpenWrt's images, those are proven as such that the lab has a machine for", async (t) => {
  const boards = (await readAllProfiles()).filter((profile) => !hasOwnImage(profile)) as OpenwrtBoard[];
  const proofs = new Map(boards.map((each) => [each.name, proofOfProfile(each)]));
  t.deepEqual(proofs.get("armsr-armv8"), {
    level: "image",
    startedBy: "edk2",
    notExercised: ["drivers of its own hardware"],
  });
  t.true(proofs.get("openwrt-one")?.notExercised.includes("the model's own image, kernel and boot flow"));
  for (const each of boards) {
    if (proofs.get(each.name)?.startedBy === "") t.throws(() => startableImages(each));
    else t.notThrows(() => startableImages(each));
  }
});

test("of OpenWrt's images only those of a firmware are meant, and one that starts none is refused", async (t) => {
  const boards = (await readAllProfiles()).filter((profile) => !hasOwnImage(profile)) as OpenwrtBoard[];
  const arm = boards.find(({ name }) => name === "armsr-armv8") as OpenwrtBoard;
  t.deepEqual(startableImages(arm, "uefi"), [["uefi", "combined-efi"]]);
  t.throws(() => startableImages(arm, "bios"), {
    message: "--firmware bios: armsr-armv8's images are started by uefi (leave it out)",
  });
});
