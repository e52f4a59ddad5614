import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { findAccelerator } from "../../qemu/accelerator.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const never = (): Promise<never> => Promise.reject(new Error("nothing is to be probed"));
const here = async (): Promise<string> => (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();

test("without a usable /dev/kvm nothing is probed", async (t) => {
  const found = await findAccelerator(await temporaryFolder(t), never, "/dev/no-such-device");
  t.is(found, "tcg");
});

test("a machine that doesn't start means software emulation, and the answer is kept", async (t) => {
  const cache = await temporaryFolder(t);
  let probes = 0;
  const probe = () => {
    probes++;
    return Promise.resolve({ kernel: "/no/such/kernel", initramfs: "/no/such/initramfs", commandLine: "" });
  };
  t.is(await findAccelerator(cache, probe, "/dev/null"), "tcg");
  t.is(await findAccelerator(cache, probe, "/dev/null"), "tcg");
  t.is(probes, 1);
});

test("an answer holds until the host is booted again", async (t) => {
  const cache = await temporaryFolder(t);
  await writeFile(join(cache, "accelerator.json"), JSON.stringify({ host: await here(), kind: "kvm" }));
  t.is(await findAccelerator(cache, never, "/dev/null"), "kvm");
  await writeFile(join(cache, "accelerator.json"), JSON.stringify({ host: "another boot", kind: "kvm" }));
  await t.throwsAsync(findAccelerator(cache, never, "/dev/null"), { message: "nothing is to be probed" });
});
