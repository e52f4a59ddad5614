import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { temporaryFolder } from "../temporary-folder.ts";
import { relocate, runScript, writeFiles } from "./scripts.ts";

/** A router whose network was started with these ports; the number is the device's. */
async function routerWith(t: ExecutionContext, ports: Readonly<Record<string, number>>, facts = oneLan) {
  const root = await temporaryFolder(t);
  const says = (words: string) => `#!/bin/sh\necho "${words}" >> "$ROOT/log"\n`;
  await writeFiles(root, {
    "run/halfbridge/setup/facts": facts,
    "dev/kmsg": "",
    log: "",
    // the stage of the network notes them
    "usr/lib/halfbridge/stages/all": `${says("all $1")}sh "$ROOT/ports" note\n`,
    "usr/lib/halfbridge/prepare-ports": says("prepare"),
  });
  const text = await relocate("usr/lib/halfbridge/ports", ["/run/", "/usr/lib/", "/dev/kmsg", "/sys/"], root);
  await writeFiles(root, { ports: text });
  const run = (...command: string[]) => runScript([join(root, "ports"), ...command], { ROOT: root });
  const plug = (port: string, number: number) =>
    writeFiles(root, { [`sys/class/net/${port}/ifindex`]: `${number}\n` });
  for (const [port, number] of Object.entries(ports)) await plug(port, number);
  run("note");
  return {
    root,
    plug,
    unplug: (port: string) => rm(join(root, "sys/class/net", port), { recursive: true }),
    missing: () => run("missing"),
    went: (port: string) => t.like(run("went", port), { status: 0, stderr: "" }),
    /** What was run, and what the console was told. */
    follow: async () => {
      await writeFiles(root, { log: "", "dev/kmsg": "" });
      t.like(run("follow"), { status: 0, stderr: "" });
      const read = async (path: string) =>
        (await readFile(join(root, path), "utf8")).split("\n").slice(0, -1);
      return { ran: (await read("log")).slice(1), told: await read("dev/kmsg") };
    },
  };
}

const oneLan = "ISP='wan'\nLAN='lan'\n";
const threeLan = "ISP='wan'\nLAN='lan1 lan2 lan3'\n";
const anew = ["all restart"];

test("as long as the ports are those that the network was started with, nothing is done", async (t) => {
  const { follow } = await routerWith(t, { wan: 2, lan: 3 });
  t.deepEqual(await follow(), { ran: [], told: [] });
});

test("a port that comes back is another device: the network is started anew, once", async (t) => {
  const { follow, plug, unplug } = await routerWith(t, { wan: 2, lan: 3 });
  await unplug("lan");
  t.deepEqual(await follow(), { ran: [], told: ["<3>halfbridge: the network port lan is gone"] });
  t.deepEqual(await follow(), { ran: [], told: [] });
  await plug("lan", 7);
  t.deepEqual(await follow(), {
    ran: anew,
    told: ["<3>halfbridge: starting the network anew, with lan"],
  });
  t.deepEqual(await follow(), { ran: [], told: [] });
});

test("it may have come back before anybody saw that it was gone", async (t) => {
  const { follow, plug } = await routerWith(t, { wan: 2, lan: 3 });
  await plug("wan", 9);
  t.deepEqual((await follow()).told, ["<3>halfbridge: starting the network anew, with wan"]);
});

test("one that has its former number again, as OpenWrt's Linux gives it, is taken for another device, too", async (t) => {
  const { follow, plug, unplug, went } = await routerWith(t, { wan: 2, lan: 3 });
  await unplug("lan");
  t.deepEqual((await follow()).told, ["<3>halfbridge: the network port lan is gone"]);
  await plug("lan", 3);
  t.deepEqual((await follow()).ran, anew);
  t.deepEqual((await follow()).ran, []);
  // gone and back before anybody looks, but told of
  went("wan");
  went("br0");
  t.deepEqual((await follow()).ran, anew);
  t.deepEqual((await follow()).ran, []);
});

test("without a port that it can't do without, the network isn't started; of several LAN ports one will do", async (t) => {
  const { follow, plug, missing } = await routerWith(t, { lan1: 3 }, threeLan);
  t.like(missing(), { status: 0, stdout: "wan\n" });
  await plug("lan3", 4);
  t.deepEqual((await follow()).ran, []);
  await plug("wan", 5);
  t.like(missing(), { status: 1, stdout: "" });
  t.deepEqual(await follow(), {
    ran: anew,
    told: ["<3>halfbridge: starting the network anew, with wan lan3"],
  });
});

test("where all of the LAN's are missing, one of them is named", async (t) => {
  t.like((await routerWith(t, { wan: 2 }, threeLan)).missing(), { status: 0, stdout: "lan3\n" });
});

test("a network that was stopped isn't started by a port that comes", async (t) => {
  const { root, follow, plug } = await routerWith(t, { wan: 2, lan: 3 });
  await rm(join(root, "run/halfbridge/ports"));
  await plug("lan", 4);
  t.deepEqual(await follow(), { ran: [], told: [] });
});
