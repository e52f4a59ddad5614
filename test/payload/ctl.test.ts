import { existsSync } from "node:fs";
import { readFile, readdir, readlink, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { overlay, relocate, runScript, writeFiles } from "./scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A program that says when it ran, and with what. */
const says = (words: string, more = "") => `#!/bin/sh\necho "${words}" >> "$ROOT/log"\n${more}`;

/** Renders a set-up that only says its site's name; a site that says `fault` is at fault. */
const renderer = `#!/bin/sh
shift 2
if grep -q fault "$1"; then echo "$1: /mode: is not known" >&2; exit 1; fi
name=$(cat "$1")
mkdir "$2"
touch "$2/facts"
echo "$name" > "$2/name"
printf '%s%s\\n' "$name" 0000000000000000
`;
const init = (name: string) => says(`$(cat "$ROOT/run/halfbridge/setup/name") ${name} $1`);

const reply = (status: string, body: string) => `HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n${body}`;

/** A router whose set-up is the one that it was built with. */
async function routerOf(t: ExecutionContext, files: Readonly<Record<string, string>> = {}) {
  const root = await temporaryFolder(t);
  await writeFiles(root, {
    "etc/halfbridge/setups/built/name": "built\n",
    "etc/halfbridge/setups/built/facts": "",
    "usr/lib/halfbridge/stages/guard": init("guard"),
    "usr/lib/halfbridge/stages/capture": `${init("capture")}touch "$ROOT/run/halfbridge/listening" "$ROOT/run/halfbridge/capturing"\n`,
    "usr/lib/halfbridge/stages/network": init("network"),
    "run/halfbridge/proxy.pid": "99999999\n", // more than any process's number
    "run/halfbridge/ndp.pid": "99999999\n",
    "run/halfbridge/listening": "",
    "usr/lib/halfbridge/runtime/node": renderer,
    "usr/lib/halfbridge/render-setup.cjs": "",
    "etc/halfbridge/board.json": "{}\n",
    "programs/usleep": "#!/bin/sh\n",
    // what sees a trial to its end isn't started, but noted: tests are to take as long as they take
    "programs/setsid": '#!/bin/sh\necho "$*" > "$ROOT/later.new" && mv "$ROOT/later.new" "$ROOT/later"\n',
    "programs/halfbridge-write": await readFile(join(overlay, "usr/sbin/halfbridge-write"), "utf8"),
    // netcat, to a proxy that says the same whatever it is asked
    "programs/nc.openbsd": `#!/bin/sh\n(echo "nc $*"; cat) >> "$ROOT/asked"\ncat "$ROOT/reply"\n`,
    "programs/halfbridge-status": "#!/bin/sh\necho the set-up\n",
    reply: reply("200 OK", "what it says\n"),
    "dev/kmsg": "",
    "one.yaml": "one\n",
    "two.yaml": "two\n",
    "faulty.yaml": "fault\n",
    ...files,
  });
  await symlink(join(root, "etc/halfbridge/setups/built"), join(root, "run/halfbridge/setup"));
  const paths = ["/run/", "/etc/", "/usr/lib/", "/dev/kmsg"];
  await writeFiles(root, {
    ctl: await relocate("usr/sbin/halfbridge-ctl", paths, root),
    "usr/lib/halfbridge/stages/all": await relocate("usr/lib/halfbridge/stages/all", paths, root),
    "usr/lib/halfbridge/render-setup": await relocate("usr/lib/halfbridge/render-setup", paths, root),
  });
  return {
    root,
    ctl: (...argv: string[]) =>
      runScript(
        [join(root, "ctl"), ...argv.map((word) => (word.endsWith(".yaml") ? join(root, word) : word))],
        { ROOT: root },
        join(root, "programs"),
      ),
    inForce: async () => basename(await readlink(join(root, "run/halfbridge/setup"))),
    kept: async () => (await readdir(join(root, "etc/halfbridge/setups"))).sort(),
    active: () => readFile(join(root, "etc/halfbridge/active"), "utf8").catch(() => "none"),
    isOnTrial: () => existsSync(join(root, "run/halfbridge/trial")),
    /** What apply left to be run once the time is up, as words. */
    later: async () => {
      const file = join(root, "later");
      for (let tries = 0; tries < 200 && !existsSync(file); tries += 1) await sleep(50);
      return (await readFile(file, "utf8")).trim().split(" ");
    },
    log: async () => (await readFile(join(root, "log"), "utf8")).trim().split("\n"),
    /** What the proxy was asked, the request lines and what kind of answer was wanted. */
    asked: async () =>
      (await readFile(join(root, "asked"), "utf8"))
        .split(/\r?\n/)
        .filter((line) => /^(GET|POST|Accept)/.test(line)),
  };
}

const one = "one000000000";

test("apply stops what runs and starts the new set-up, on trial, and nothing is kept yet", async (t) => {
  const { ctl, inForce, isOnTrial, active, log } = await routerOf(t);
  const { status, stdout, stderr } = ctl("apply", "one.yaml", "--within", "5");
  t.is(stderr, "");
  t.is(status, 0);
  t.is(stdout, `${one} is in force; confirm it within 5 s: halfbridge-ctl confirm\n`);
  t.deepEqual(await log(), [
    "built network stop", // the links are down before capture is lifted
    "built capture stop",
    "built guard stop",
    "one guard start",
    "one capture start",
    "one network start",
  ]);
  t.is(await inForce(), one);
  t.true(isOnTrial());
  t.is(await active(), "none");
});

test("confirm keeps the new set-up for the next start, and forgets all others but the built one", async (t) => {
  const { ctl, inForce, kept, isOnTrial, active } = await routerOf(t);
  ctl("apply", "one.yaml", "--within", "5");
  t.like(ctl("confirm"), { status: 0, stdout: `${one} is kept\n`, stderr: "" });
  t.is(await active(), `${one}\n`);
  t.false(isOnTrial());
  ctl("apply", "two.yaml", "--within", "5");
  t.deepEqual(await kept(), ["built", one, "two000000000"]);
  ctl("confirm");
  t.deepEqual(await kept(), ["built", "two000000000"]);
  t.is(await inForce(), "two000000000");
});

test("rollback puts the former set-up in force at once", async (t) => {
  const { ctl, inForce, isOnTrial, active, log } = await routerOf(t);
  ctl("apply", "one.yaml", "--within", "5");
  t.is(ctl("rollback").status, 0);
  t.is(await inForce(), "built");
  t.false(isOnTrial());
  t.is(await active(), "none");
  t.deepEqual((await log()).slice(6), [
    "one network stop",
    "one capture stop",
    "one guard stop",
    "built guard start",
    "built capture start",
    "built network start",
  ]);
});

test("a set-up that was gone back from is forgotten, and one that was in force before isn't", async (t) => {
  const { ctl, inForce, kept } = await routerOf(t);
  ctl("apply", "one.yaml", "--within", "5");
  t.deepEqual(await kept(), ["built", one]);
  ctl("rollback");
  t.deepEqual(await kept(), ["built"]);
  ctl("apply", "one.yaml", "--within", "5");
  ctl("confirm");
  ctl("apply", "two.yaml", "--within", "5");
  ctl("rollback");
  t.is(await inForce(), one);
  t.deepEqual(await kept(), ["built", one]);
  // applied once more, it is what it goes back to
  ctl("apply", "one.yaml", "--within", "5");
  t.is(ctl("rollback").status, 0);
  t.deepEqual(await kept(), ["built", one]);
});

test("without a confirmation in time the former set-up returns, and the console says why", async (t) => {
  const { root, ctl, inForce, isOnTrial, later } = await routerOf(t);
  ctl("apply", "one.yaml", "--within", "7");
  const [program, expire = "", trial = "", seconds] = await later();
  t.deepEqual([program, expire, seconds], [join(root, "ctl"), "expire", "7"]);
  t.is(ctl(expire, trial, "0").status, 0);
  t.false(isOnTrial());
  t.is(await inForce(), "built");
  t.regex(await readFile(join(root, "dev/kmsg"), "utf8"), /nobody confirmed the new set-up/);
});

test("a trial that was confirmed isn't ended by its time, nor is the next one by that of the first", async (t) => {
  const { ctl, inForce, isOnTrial, later } = await routerOf(t);
  ctl("apply", "one.yaml");
  const [, expire = "", first = ""] = await later();
  ctl("confirm");
  t.is(ctl(expire, first, "0").status, 0);
  t.is(await inForce(), one);
  ctl("apply", "two.yaml");
  t.is(ctl(expire, first, "0").status, 0);
  t.is(await inForce(), "two000000000");
  t.true(isOnTrial());
});

test("a site at fault is told with exit code 1, and nothing is changed", async (t) => {
  const { root, ctl, inForce, kept, isOnTrial } = await routerOf(t);
  const { status, stderr } = ctl("apply", "faulty.yaml");
  t.is(status, 1);
  t.regex(stderr, /faulty\.yaml: \/mode: is not known/);
  t.is(ctl("apply", "missing.yaml").status, 1);
  t.is(await inForce(), "built");
  t.deepEqual(await kept(), ["built"]);
  t.false(isOnTrial());
  t.false(existsSync(join(root, "log")));
});

test("a set-up that doesn't start, or whose proxy doesn't listen, is gone back from with exit code 2", async (t) => {
  const failing = {
    "usr/lib/halfbridge/stages/network": `${init("network")}[ "$(cat "$ROOT/run/halfbridge/setup/name")" = built ]\n`,
  };
  const silent = { "usr/lib/halfbridge/stages/capture": init("capture") };
  for (const files of [failing, silent]) {
    const { ctl, inForce, isOnTrial } = await routerOf(t, files);
    const { status, stderr } = ctl("apply", "one.yaml", "--within", "5");
    t.is(status, 2);
    t.regex(stderr, /can't be put in force/);
    t.is(await inForce(), "built");
    t.false(isOnTrial());
  }
});

test("one trial at a time, and nothing to confirm or to roll back without one", async (t) => {
  const { ctl, inForce } = await routerOf(t);
  t.like(ctl("confirm"), { status: 1, stderr: "halfbridge-ctl: nothing is on trial\n" });
  t.like(ctl("rollback"), { status: 1, stderr: "halfbridge-ctl: nothing is on trial\n" });
  ctl("apply", "one.yaml", "--within", "5");
  t.is(ctl("apply", "two.yaml").status, 1);
  t.is(await inForce(), one);
});

test("a switch that was interrupted half-way doesn't keep the next one from its set-up", async (t) => {
  const { root, ctl, inForce } = await routerOf(t);
  await symlink("/nowhere", join(root, "run/halfbridge/setup.new"));
  t.is(ctl("apply", "one.yaml", "--within", "5").status, 0);
  t.is(await inForce(), one);
});

test("what only asks goes to the proxy, and its answer is printed as it comes", async (t) => {
  const { root, ctl, asked } = await routerOf(t);
  for (const [argv, said] of [
    [["top"], "what it says\n"],
    [["connections"], "what it says\n"],
    [["connections", "--client", "2001:db8::50"], "what it says\n"],
    [["reload", "--json"], "what it says\n"],
    [["status"], "the set-up\n\nwhat it says\n"],
    [["status", "--json"], "what it says\n"],
  ] as const)
    t.like(ctl(...argv), { status: 0, stdout: said, stderr: "" }, argv.join(" "));
  t.deepEqual(await asked(), [
    ...["GET /top HTTP/1.0", "Accept: text/plain"],
    ...["GET /connections HTTP/1.0", "Accept: text/plain"],
    ...["GET /connections?client=%32%30%30%31%3a%64%62%38%3a%3a%35%30 HTTP/1.0", "Accept: text/plain"],
    ...["POST /reload HTTP/1.0", "Accept: application/json"],
    ...["GET /status HTTP/1.0", "Accept: text/plain"],
    ...["GET /status HTTP/1.0", "Accept: application/json"],
  ]);
  t.regex(
    await readFile(join(root, "asked"), "utf8"),
    new RegExp(`^nc .*${root}/run/halfbridge/proxy/control\\.sock$`, "m"),
  );
});

test("whatever is in a URL, the proxy is asked for it and nothing else", async (t) => {
  const { ctl, asked } = await routerOf(t);
  const url = "http://bücher.example/a?b=%20&client=10.9.9.9#+ \r\nX: y";
  t.is(ctl("why", url, "--client", "10.1.2.50", "--method", "POST").status, 0);
  const [line = ""] = await asked();
  const [, query] = /^GET \/why\?(\S+) HTTP\/1\.0$/.exec(line) ?? [];
  t.deepEqual(
    [...new URLSearchParams(query)],
    [
      ["url", url],
      ["client", "10.1.2.50"],
      ["method", "POST"],
    ],
  );
});

test("squid isn't asked what it can't answer; what the router itself knows is said", async (t) => {
  const { ctl } = await routerOf(t, { "etc/halfbridge/setups/built/facts": "ENGINE='squid'\n" });
  const stderr = "halfbridge-ctl: the site's engine is squid, which has no answer to this\n";
  for (const call of [["top"], ["connections"], ["status", "--json"]])
    t.like(ctl(...call), { status: 1, stdout: "", stderr }, call.join(" "));
  t.like(ctl("status"), { status: 0, stdout: "the set-up\n\n", stderr: "" });
});

test("squid's lists are made anew by the proxy's user before it reads them", async (t) => {
  const router = await squidRouter(t, says("lists"));
  t.like(router.ctl("reload"), { status: 0, stdout: "squid reads its lists again\n", stderr: "" });
  t.is(await router.log(), "halfbridge\nlists\nkill -HUP 99999999\n");
});

test("squid isn't told of lists that are at fault", async (t) => {
  const router = await squidRouter(t, says("lists", "echo blocked.txt:2: is no domain >&2; exit 1\n"));
  t.like(router.ctl("reload"), { status: 1, stdout: "", stderr: "blocked.txt:2: is no domain\n" });
  t.is(await router.log(), "halfbridge\nlists\n");
});

test("what the proxy refuses is said with exit code 1, and that it can't, or isn't there, with 2", async (t) => {
  for (const [answer, status, stderr] of [
    [
      reply("400 Bad Request", "client must be an IP address\n"),
      1,
      "halfbridge-ctl: client must be an IP address\n",
    ],
    [
      reply("409 Conflict", "a.list:2: is no domain\nnot put in force\n"),
      1,
      "a.list:2: is no domain\nnot put in force\n",
    ],
    [reply("500 Internal Server Error", "no memory\n"), 2, "halfbridge-ctl: no memory\n"],
    ["", 2, "halfbridge-ctl: the proxy doesn't answer; halfbridge-status says whether it is there\n"],
  ] as const) {
    const { ctl } = await routerOf(t, { reply: answer });
    t.like(ctl("reload"), { status, stdout: "", stderr });
  }
});

test("a call that isn't known is answered by how it is called", async (t) => {
  const { ctl } = await routerOf(t);
  const calls = `,apply,apply one.yaml --for 5,confirm now,undo,status now,top --client 10.1.2.50,connections --client,
    connections --json 10.1.2.50,why,why --client 10.1.2.50,why http://a.example/,why a.example --client,
    why a.example --client 10.1.2.50 --method,reload now`;
  for (const argv of calls.split(/,\s*/).map((call) => (call === "" ? [] : call.split(" "))))
    t.like(ctl(...argv), { status: 1, stdout: "" }, argv.join(" "));
  t.regex(ctl().stderr, /^usage: halfbridge-ctl status/);
  for (const seconds of ["0", "soon", "-1"])
    t.like(ctl("apply", "one.yaml", "--within", seconds), { status: 1, stdout: "" });
});

/** A router that runs squid, and a program that makes its lists. */
async function squidRouter(t: ExecutionContext, lists: string) {
  const router = await routerOf(t, {
    "etc/halfbridge/setups/built/facts": "ENGINE='squid'\n",
    "etc/halfbridge/setups/built/policy.json": "{}\n",
    "usr/lib/halfbridge/engines/squid-lists": lists,
    "programs/setpriv":
      '#!/bin/sh\necho "$2" >> "$ROOT/log"\nwhile [ "${1#/}" = "$1" ]; do shift; done\nexec "$@"\n',
  });
  // kill is the shell's own
  const text = await readFile(join(router.root, "ctl"), "utf8");
  await writeFiles(router.root, {
    ctl: text.replace("set -u\n", 'set -u\nkill() { echo "kill $*" >> "$ROOT/log"; }\n'),
  });
  return { ...router, log: () => readFile(join(router.root, "log"), "utf8") };
}
