/** halfbridge-proxy, which keeps the proxy running, with programs of its own making in the proxy's place. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { temporaryFolder } from "../temporary-folder.ts";
import { relocate, runScript, writeFiles } from "./scripts.ts";

/** What happens while a proxy that started and ended at these times of /proc/uptime is started again, and stopped. */
async function supervise(t: ExecutionContext, started: string, ended: string): Promise<string[]> {
  const root = await temporaryFolder(t);
  const says = (words: string) => `#!/bin/sh\necho "${words}" >> "$ROOT/said"\n`;
  await writeFiles(root, {
    "run/halfbridge/setup/facts": "DESCRIPTORS=256\nENGINE=proxy\n",
    "dev/kmsg": "",
    said: "",
    "proc/uptime": `${started} 1.00\n`,
    "usr/lib/halfbridge/capture": says("capture $1"),
    "programs/chown": "#!/bin/sh\n",
    "programs/sleep": says("sleep $1"),
    // the proxy is what follows setpriv's options
    "programs/setpriv": '#!/bin/sh\nwhile [ "${1#/}" = "$1" ]; do shift; done\nexec "$@"\n',
    "usr/lib/halfbridge/engines/proxy": `#!/bin/sh
echo listening >&3
echo "${ended} 1.00" > "$ROOT/proc/uptime"
if [ ! -e "$ROOT/again" ]; then : > "$ROOT/again" && exit 3; fi
trap 'echo told to end >> "$ROOT/said"; exit 0' TERM
rounds=0
while [ $((rounds += 1)) -lt 200 ]; do
  if [ "$(grep -c "capture proxy-listens" "$ROOT/said")" = 2 ]; then
    kill -TERM "$(cat "$ROOT/run/halfbridge/supervisor.pid")"
  fi
  /bin/sleep 0.02
done
`,
  });
  const starts = ["/run/", "/usr/lib/", "/proc/", "/dev/kmsg", "/var/"];
  await writeFiles(root, { supervisor: await relocate("usr/sbin/halfbridge-proxy", starts, root) });
  const { status, stderr } = runScript([join(root, "supervisor")], { ROOT: root }, join(root, "programs"));
  t.is(stderr, "");
  t.is(status, 0);
  t.is(await readFile(join(root, "dev/kmsg"), "utf8"), "halfbridge: the proxy ended with 3\n");
  return (await readFile(join(root, "said"), "utf8")).trim().split("\n");
}

const ends = ["capture proxy-listens", "capture proxy-ended"];
const startsAgain = ["capture proxy-listens", "told to end"];

for (const [title, between, runs] of [
  [
    "a proxy that has run for a second is started again at once, whichever seconds those were",
    [],
    ["7.08 8.09", "9.99 11.00", "100.95 102.00"],
  ],
  [
    "one that ends sooner is started a second later",
    ["sleep 1"],
    ["7.08 7.09", "9.99 10.08", "100.95 101.94"],
  ],
] as const)
  test(title, async (t) => {
    for (const run of runs) {
      const [started = "", ended = ""] = run.split(" ");
      const expected = [...ends, ...between, ...startsAgain];
      t.deepEqual((await supervise(t, started, ended)).slice(0, expected.length), expected);
    }
  });
