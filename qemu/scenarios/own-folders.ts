import type { Lane } from "../lab.ts";
import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";

/** Whoever gets hold of the proxy can change nothing of the router, nor fill its memory with files. */
export const ownFolders: Scenario = {
  id: "own-folders",
  title: "The proxy's user may write to the folders of its logs and of its own run, and nowhere else",
  appliesTo: ({ board }) => board.base === "debian", // which of them there are is the base's
  async prove(lane) {
    const writable = await findWritable(lane);
    for (const folder of ownOf(lane))
      expectThat(`not to ${folder}; only to ${writable.join(", ")}`, writable.includes(folder));
    expectEqual("elsewhere", elsewhere(lane, writable), []);
    return `it may write to ${ownOf(lane).join(" and ")}`;
  },
  control: {
    title: "a folder that is opened to everyone is found",
    async refute(lane) {
      const [open, close] = ["mkdir -m 777 /tmp/own-folders", "rmdir /tmp/own-folders"];
      const writable = await between(lane.router, open, close, () => findWritable(lane));
      expectEqual("elsewhere", elsewhere(lane, writable), ["/tmp/own-folders"]);
      return "it was found";
    },
  },
};

const ownOf = ({ plan }: Lane): readonly string[] => [
  "/data/log",
  "/run/halfbridge/proxy",
  ...(plan.site.proxy.engine === "squid" ? ["/dev/shm"] : []),
];

const elsewhere = (lane: Lane, writable: readonly string[]): string[] =>
  writable.filter((path) => !ownOf(lane).some((folder) => path === folder || path.startsWith(`${folder}/`)));

/** Folders and files of every file system but those of the kernel's own. */
async function findWritable({ router }: Lane): Promise<string[]> {
  const asProxy =
    "setpriv --reuid halfbridge --regid halfbridge --clear-groups --no-new-privs --bounding-set -all";
  const files = "find / -path /proc -prune -o -path /sys -prune -o '(' -type d -o -type f ')' -print0";
  const test = `for path; do [ -w "$path" ] && echo "$path"; done; :`;
  const found = await router.console.succeed(`${files} | ${asProxy} xargs -0 sh -c '${test}' sh`, {
    timeoutMs: 60_000,
  });
  return found === "" ? [] : found.split("\n");
}
