import { accessSync, constants, existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KernelBoot } from "./machine-arguments.ts";
import { Console } from "./console.ts";
import { privateLine } from "./framing.ts";
import { Machine } from "./machine.ts";
import { SocketDirectory } from "./socket-directory.ts";

/** How the CPU is provided: by the host's own, or in software. */
export type Accelerator = "kvm" | "tcg";

/** How long a machine may take until it says that it has started. */
const probeTimeoutMs = 10_000;

/**
 * Finds out whether KVM boots a stock kernel here: /dev/kvm may exist and not do it. The answer holds
 * until the host is booted again, and is kept in the cache. `probe` starts a kernel that says `lab: up`.
 */
export async function findAccelerator(
  cacheDirectory: string,
  probe: () => Promise<KernelBoot>,
  device = "/dev/kvm",
): Promise<Accelerator> {
  if (!isUsable(device)) return "tcg";
  const file = join(cacheDirectory, "accelerator.json");
  const host = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const known = existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as Answer) : undefined;
  if (known?.host === host) return known.kind;
  const answer: Answer = { host, kind: (await boots("kvm", await probe())) ? "kvm" : "tcg" };
  await mkdir(cacheDirectory, { recursive: true });
  await writeFile(`${file}.tmp`, JSON.stringify(answer));
  await rename(`${file}.tmp`, file);
  return answer.kind;
}

interface Answer {
  readonly host: string;
  readonly kind: Accelerator;
}

/** Whether a machine with that accelerator gets as far as user space. */
async function boots(accelerator: Accelerator, boot: KernelBoot): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), "halfbridge-accelerator-"));
  try {
    using run = new SocketDirectory(directory);
    await using machine = await Machine.start(
      { name: "probe", cpu: "amd64", memoryMiB: 256, accelerator, boot, ports: [], shells: [] },
      run,
    );
    await new Console(machine.serial, privateLine, "probe", directory).waitFor(/lab: up/, {
      timeoutMs: probeTimeoutMs,
    });
    return true;
  } catch {
    return false; // whatever the reason is, this host can't
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function isUsable(device: string): boolean {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
