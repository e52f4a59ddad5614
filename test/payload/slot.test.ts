/** halfbridge-slot under BusyBox's shell, with stand-ins for what mounts, and for what reads and writes the state. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { projectRoot } from "../../build/core/paths.ts";
import { freshSlots, printBootState, type BootState } from "../../build/image/boot-state.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { relocate, writeFiles } from "./scripts.ts";

const overlay = join(projectRoot, "overlays", "busybox-init");

/** GRUB's environment: 1024 bytes, lines, and # to the end. */
const printGrubenv = (state: BootState): Buffer =>
  Buffer.from(
    ["# GRUB Environment Block", ...Object.entries(state).map(([name, value]) => `${name}=${value}`), ""]
      .join("\n")
      .padEnd(1024, "#"),
  );

/** Boot flows by the image's format: where the state is, how it is printed, and what tells that it is damaged. */
const flows = {
  "gpt-grub": {
    file: "esp/grub/grubenv",
    print: printGrubenv,
    refusal: /^grub-editenv: error: invalid environment block\.$/m,
  },
  "gpt-boot-script": {
    file: "dev/vda2",
    print: printBootState,
    refusal: /^Cannot read environment, using default$/m,
  },
} as const;

/** Like GRUB's, as far as the script uses it. */
const grubEditenv = `#!/bin/sh
set -e
file=$1 command=$2
shift 2
if [ "$(head -n 1 "$file")" != "# GRUB Environment Block" ] || [ "$(wc -c < "$file")" != 1024 ]; then
  echo "grub-editenv: error: invalid environment block." >&2
  exit 1
fi
if [ $command = list ]; then exec grep = "$file"; fi
{
  grep -v '^#' "$file" || true
  printf '%s\\n' "$@"
} | awk '
  { name = $0; sub(/=.*/, "", name); line[name] = $0 }
  END {
    text = "# GRUB Environment Block\\n"
    for (name in line) text = text line[name] "\\n"
    while (length(text) < 1024) text = text "#"
    printf "%s", text
  }' > "$file.new"
mv "$file.new" "$file"
`;

/** Like libubootenv's: what it says of a wrong checksum, and its exit code, are those of 0.3.5. */
const fwTool = `
import { readFileSync, writeFileSync } from "node:fs";
import { printBootState } from "${projectRoot}/build/image/boot-state.ts";
const [tool, config] = process.argv.slice(2);
const [file, offset, size] = readFileSync(config, "utf8").trim().split(" ");
if (Number(offset) !== 0 || Number(size) !== 512) throw new Error("not the state's sector");
const sector = readFileSync(file);
const lines = sector.subarray(4).toString().split("\\0").filter((line) => line !== "");
const state = Object.fromEntries(lines.map((line) => line.split("=")));
if (!printBootState(state).equals(sector)) {
  console.error("Cannot read environment, using default\\nCannot read default environment from file");
  process.exit(243);
}
if (tool === "fw_printenv") console.log(lines.join("\\n"));
else {
  const set = readFileSync(0, "utf8").trim().split("\\n").map((line) => line.split("="));
  writeFileSync(file, printBootState({ ...state, ...Object.fromEntries(set) }));
}
`;

interface Router {
  /** What the kernel was started with, beside the rest. */
  readonly cmdline?: string;
  readonly state?: BootState;
  /** A byte of the state is another. */
  readonly damaged?: boolean;
  /** After how many seconds the proxy captures. */
  readonly capturesAfter?: number;
}

async function routerOf(t: ExecutionContext, format: keyof typeof flows, router: Router = {}) {
  const root = await temporaryFolder(t);
  const { cmdline = "halfbridge.slot=a", state = freshSlots, damaged, capturesAfter = -1 } = router;
  const { file, print } = flows[format];
  const bytes = print(state);
  if (damaged) bytes.writeUInt8(bytes.readUInt8(2) ^ 1, 2);
  const disk = "sys/devices/pci/virtio/block/vda";
  await writeFiles(root, {
    [file]: "",
    "etc/halfbridge/boot": `${format}\n`,
    "proc/cmdline": `console=ttyS0 ${cmdline} quiet\n`,
    "proc/mounts": "none /proc proc rw 0 0\n/dev/vda5 / squashfs ro 0 0\n",
    [`${disk}/vda1/uevent`]: "DEVNAME=vda1\nPARTNAME=esp\n",
    [`${disk}/vda2/uevent`]: "DEVNAME=vda2\nPARTNAME=state\n",
    [`${disk}/vda5/uevent`]: "DEVNAME=vda5\nPARTNAME=root-a\n",
    "sys/class/block/other": "",
    "sys/block/other": "",
    "run/halfbridge/proxy.pid": "1\n",
    "dev/kmsg": "",
    "fw.mts": fwTool,
    "programs/modprobe": "#!/bin/sh\n",
    // mount -t vfat -o MODE DEVICE FOLDER: the folder has the file system's files until it is taken off
    "programs/mount": `#!/bin/sh
[ "$1 $2 $3" = "-t vfat -o" ] && [ "$5" = "$ROOT/dev/vda1" ] && [ -e "$ROOT/esp" ] || exit 32
mkdir -p "$6"
cp -r "$ROOT/esp/grub" "$6/"
echo "$4" > "$ROOT/mounted"
`,
    "programs/umount": `#!/bin/sh
if [ "$(cat "$ROOT/mounted")" = rw ]; then cp "$1/grub/grubenv" "$ROOT/esp/grub/grubenv"; fi
rm -r "$1/grub" "$ROOT/mounted"
`,
    "programs/grub-editenv": grubEditenv,
    ...Object.fromEntries(
      ["fw_printenv", "fw_setenv"].map((name) => [
        `programs/${name}`,
        `#!/bin/sh\n[ "$1" = --config ] || exit 9\nexec '${process.execPath}' "$ROOT/fw.mts" ${name} "$2"\n`,
      ]),
    ),
    "programs/reboot": '#!/bin/sh\necho > "$ROOT/restarted"\n',
    "programs/sleep": `#!/bin/sh
echo >> "$ROOT/slept"
[ "$(wc -l < "$ROOT/slept")" -ne ${capturesAfter} ] || touch "$ROOT/run/halfbridge/listening" "$ROOT/run/halfbridge/capturing"
`,
  });
  await writeFile(join(root, file), bytes);
  await symlink(join(root, disk), join(root, "sys/block/vda"));
  await symlink(join(root, disk, "vda5"), join(root, "sys/class/block/vda5"));
  const starts = ["/run/", "/etc/", "/proc/", "/sys/", "/dev/vd", "/dev/kmsg", "/dev/\\$"];
  const script = await relocate("usr/sbin/halfbridge-slot", starts, root, overlay);
  // a shell may have a reboot of its own: this machine's isn't to be started
  const harmless = script.replace("exec reboot", `exec ${root}/programs/reboot`);
  t.not(harmless, script);
  await writeFiles(root, { slot: harmless });
  const has = (name: string) => existsSync(join(root, name));
  return {
    slot: (...argv: string[]) => {
      const { status, stdout, stderr } = spawnSync("busybox", ["ash", join(root, "slot"), ...argv], {
        encoding: "utf8",
        timeout: 60_000,
        env: { ...process.env, ROOT: root, PATH: `${root}/programs:${process.env["PATH"]}` },
      });
      t.false(has("mounted"), "what was mounted is taken off again");
      return { status, stdout, stderr };
    },
    bytes: () => readFile(join(root, file)),
    /** The state as an object, whichever way it is kept. */
    state: async (): Promise<BootState> => {
      const text = (await readFile(join(root, file), "latin1")).slice(format === "gpt-grub" ? 0 : 4);
      return Object.fromEntries(
        [...text.matchAll(/([A-Z_]+)=([^\n\0]*)/g)].map(([, name, value]) => [name, value]),
      );
    },
    before: bytes,
    told: () => readFile(join(root, "dev/kmsg"), "utf8"),
    hasRestarted: () => has("restarted"),
  };
}

for (const format of ["gpt-grub", "gpt-boot-script"] as const) {
  const promise = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test(`${format}: ${title}`, run);

  promise("what runs is told, and what is known of each slot", async (t) => {
    const { slot, bytes, before } = await routerOf(t, format);
    const told = { status: 0, stdout: "slot A  works, runs, wanted\nslot B  isn't started\n", stderr: "" };
    t.deepEqual(slot(), told);
    t.deepEqual(slot("status"), told);
    t.deepEqual(await bytes(), before, "reading changes nothing");
    const state = { ORDER: "B A", A_OK: "1", A_TRY: "0", B_OK: "0", B_TRY: "0" };
    const trial = await routerOf(t, format, { state, cmdline: "halfbridge.slot=b halfbridge.trial" });
    t.is(trial.slot().stdout, "slot A  works\nslot B  on trial, runs, wanted\n");
  });

  promise("a slot that is to be tried is wanted, with its starts, and the other stays good", async (t) => {
    const { slot, state } = await routerOf(t, format);
    t.deepEqual(slot("try", "b", "2"), { status: 0, stdout: "", stderr: "" });
    t.deepEqual(await state(), { ORDER: "B A", A_OK: "1", A_TRY: "0", B_OK: "0", B_TRY: "2" });
    t.is(slot().stdout, "slot A  works, runs\nslot B  on trial, starts left: 2, wanted\n");
    slot("try", "a");
    t.deepEqual(await state(), { ORDER: "A B", A_OK: "0", A_TRY: "3", B_OK: "0", B_TRY: "2" });
  });

  promise("good makes the slot that runs the wanted one, without tries", async (t) => {
    const state = { ...freshSlots, ORDER: "B A", B_TRY: "1" };
    const router = await routerOf(t, format, { state, cmdline: "halfbridge.slot=b" });
    t.deepEqual(router.slot("good"), { status: 0, stdout: "", stderr: "" });
    t.deepEqual(await router.state(), { ORDER: "B A", A_OK: "1", A_TRY: "0", B_OK: "1", B_TRY: "0" });
  });

  promise(
    "a start on trial is good once the proxy captures, and no other start changes anything",
    async (t) => {
      const state = { ...freshSlots, ORDER: "B A", B_TRY: "1" };
      const cmdline = "halfbridge.slot=b";
      const trial = await routerOf(t, format, {
        state,
        cmdline: `${cmdline} halfbridge.trial`,
        capturesAfter: 3,
      });
      t.is(trial.slot("settle").status, 0);
      t.like(await trial.state(), { B_OK: "1", B_TRY: "0" });
      t.is(await trial.told(), "halfbridge: slot B works\n");
      t.false(trial.hasRestarted());
      const other = await routerOf(t, format, { state, cmdline, capturesAfter: 3 });
      t.is(other.slot("settle").status, 0);
      t.deepEqual(await other.bytes(), other.before);
    },
  );

  promise(
    "a start on trial that never captures is given up: it stays on trial, and the machine restarts",
    async (t) => {
      const state = { ...freshSlots, ORDER: "B A" };
      const router = await routerOf(t, format, { state, cmdline: "halfbridge.slot=b halfbridge.trial" });
      router.slot("settle");
      t.true(router.hasRestarted());
      t.regex(await router.told(), /^<3>halfbridge: slot B doesn't capture after two minutes: restarting$/m);
      t.deepEqual(await router.bytes(), router.before);
    },
  );

  promise("an unknown slot, number of tries or command is refused, and nothing is written", async (t) => {
    const { slot, bytes, before } = await routerOf(t, format);
    for (const argv of [
      ["try"],
      ["try", "c"],
      ["try", "ab"],
      ["try", "b", "0"],
      ["try", "b", "4"],
      ["bad"],
    ]) {
      const { status, stdout, stderr } = slot(...argv);
      t.is(status, 1, argv.join(" "));
      t.is(stdout, "");
      t.regex(stderr, /^usage: halfbridge-slot /, argv.join(" "));
    }
    t.deepEqual(await bytes(), before);
  });

  promise("a damaged state is told, neither believed nor written over", async (t) => {
    const { slot, bytes, before } = await routerOf(t, format, { damaged: true });
    for (const argv of [["status"], ["try", "b"], ["good"]]) {
      const { status, stdout, stderr } = slot(...argv);
      t.not(status, 0, argv.join(" "));
      t.is(stdout, "");
      t.regex(stderr, flows[format].refusal);
    }
    t.deepEqual(await bytes(), before);
  });

  promise("a system that no slot holds can't be good", async (t) => {
    const { slot, bytes, before } = await routerOf(t, format, { cmdline: "" });
    const { status, stderr } = slot("good");
    t.is(status, 1);
    t.regex(stderr, /^halfbridge-slot: /);
    t.deepEqual(await bytes(), before);
  });
}
