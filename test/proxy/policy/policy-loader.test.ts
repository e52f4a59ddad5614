import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { PolicyConfig } from "../../../proxy/src/policy/policy-config.ts";
import { formatProblem, PolicyLoader, type LoaderOptions } from "../../../proxy/src/policy/policy-loader.ts";
import { compilePolicy } from "../../../proxy/src/policy/compile-policy.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const monday8 = Date.UTC(2026, 0, 5, 8);
const question = { groups: 0, method: "GET", port: 80, path: "/" } as const;

async function loaderOf(
  t: ExecutionContext,
  change: Partial<PolicyConfig> = {},
  options: LoaderOptions = {},
) {
  const file = join(await temporaryFolder(t), "games.list");
  const config: PolicyConfig = {
    default: "allow",
    timeZone: "UTC",
    groups: {},
    schedules: {},
    lists: { games: { file, format: "domains", entries: [] } },
    rules: [{ name: "no games", action: "block", groups: [], schedules: [], lists: ["games"], methods: [] }],
    ...change,
  };
  const events: string[] = [];
  const log = (event: string, fields?: object): void =>
    void events.push(`${event} ${JSON.stringify(fields)}`);
  const loader = new PolicyLoader(config, log, options);
  t.teardown(() => loader.stop());
  const blocks = (host: string) => loader.judge.judge({ ...question, host }).action === "block";
  return { file, loader, events, blocks };
}

test("a list that was changed counts after a reload, and not before", async (t) => {
  const { file, loader, blocks, events } = await loaderOf(t);
  writeFileSync(file, "a.example\n");
  t.true((await loader.start()).isInForce);
  writeFileSync(file, "b.example\n");
  t.deepEqual([blocks("a.example"), blocks("b.example")], [true, false]);
  const before = loader.judge;
  t.like(await loader.reload(), { isInForce: true, problems: [] });
  t.deepEqual([blocks("a.example"), blocks("b.example")], [false, true]);
  t.not(loader.judge, before);
  t.deepEqual(loader.reloads, { taken: 1, refused: 0 });
  t.is(events.filter((event) => event.startsWith("policy ")).length, 2);
});

test("with a bad line the policy before stays in force, and the line is told", async (t) => {
  const { file, loader, blocks, events } = await loaderOf(t);
  writeFileSync(file, "a.example\n");
  await loader.start();
  writeFileSync(file, "b.example\nno domain\n");
  const { isInForce, problems } = await loader.reload();
  t.false(isInForce);
  t.regex(problems.map(formatProblem).join(), new RegExp(`^${file}:2: `));
  t.deepEqual([blocks("a.example"), blocks("b.example")], [true, false]);
  t.deepEqual(loader.reloads, { taken: 0, refused: 1 });
  t.regex(events.at(-1) ?? "", /^policy-refused .*"problems":1/);
  t.regex(events.at(-2) ?? "", /^policy-problem .*games\.list","line":2,/);
  writeFileSync(file, "b.example\n");
  t.true((await loader.reload()).isInForce, "control: without that line it is taken");
  t.true(blocks("b.example"));
});

test("the first policy is taken without its bad lines: there is no better one", async (t) => {
  const { file, loader, blocks } = await loaderOf(t);
  writeFileSync(file, "a.example\nno domain\n");
  t.is(loader.inForce, undefined);
  const { isInForce, problems } = await loader.start();
  t.true(isInForce);
  t.is(problems.length, 1);
  t.true(blocks("a.example"));
});

test("a list whose file isn't there is empty, and said so", async (t) => {
  const { file, loader, blocks, events } = await loaderOf(t);
  rmSync(file, { force: true });
  t.true((await loader.start()).isInForce);
  t.false(blocks("a.example"));
  t.regex(events[0] ?? "", /"missing":\["games"\]/);
});

test("listeners hear of another policy, each with objects of its own, until they end it", async (t) => {
  const { loader } = await loaderOf(t);
  t.throws(() => loader.judge, { message: "no policy has been loaded" });
  await loader.start();
  const first = loader.compiled();
  t.is(loader.compiled(), first);
  let heard = 0;
  const end = loader.onChange(() => heard++);
  await loader.reload();
  t.is(heard, 1);
  t.not(loader.compiled(), first);
  t.not(loader.pages, first.pages);
  end();
  await loader.reload();
  t.is(heard, 1);
});

test("a block page that can't be read is a problem like a bad line, and the proxy has its own", async (t) => {
  const { loader, file } = await loaderOf(t, { blockPageFile: "/nowhere/page.html" });
  writeFileSync(file, "");
  const { isInForce, problems } = await loader.start();
  t.true(isInForce);
  t.deepEqual(problems.map(formatProblem), ["/nowhere/page.html: can't be read: ENOENT"]);
  t.regex(loader.pages.page("x").toString(), /Rule: x/);
  t.false((await loader.reload()).isInForce);
});

test("reloads come one after the other, and each reads what is there then", async (t) => {
  let reading = 0;
  const compile: typeof compilePolicy = async (config) => {
    t.is(++reading, 1);
    const compiled = await compilePolicy(config);
    reading--;
    return compiled;
  };
  const { file, loader, blocks } = await loaderOf(t, {}, { compile });
  writeFileSync(file, "a.example\n");
  await loader.start();
  const first = loader.reload();
  writeFileSync(file, "b.example\n");
  await Promise.all([first, loader.reload()]);
  t.true(blocks("b.example"));
});

test("a compilation that fails leaves the policy before, and the next reload works", async (t) => {
  let fails = false;
  const compile: typeof compilePolicy = async (config) => {
    if (fails) throw new RangeError("Array buffer allocation failed");
    return compilePolicy(config);
  };
  const { loader, blocks, file } = await loaderOf(t, {}, { compile });
  writeFileSync(file, "a.example\n");
  await loader.start();
  fails = true;
  await t.throwsAsync(loader.reload(), { message: "Array buffer allocation failed" });
  t.true(blocks("a.example"));
  t.deepEqual(loader.reloads, { taken: 0, refused: 1 });
  fails = false;
  t.true((await loader.reload()).isInForce);
});

test("a schedule counts by the clock as it is looked at", async (t) => {
  let now = monday8 - 60_000;
  const change: Partial<PolicyConfig> = {
    schedules: { lessons: ["mon-fri 08:00-13:00"] },
    rules: [{ name: "lessons", action: "block", groups: [], schedules: ["lessons"], lists: [], methods: [] }],
  };
  const { loader, blocks } = await loaderOf(t, change, { now: () => now });
  await loader.start();
  const lookAt = (ms: number) => {
    now = ms;
    return [loader.clock.look(), loader.schedules(), blocks("a.example")];
  };
  t.deepEqual(lookAt(monday8 - 1), [false, 0, false]);
  t.deepEqual(lookAt(monday8), [true, 1, true]);
  t.deepEqual(loader.clock.runningNames, ["lessons"]);
  t.deepEqual(lookAt(monday8 + 5 * 3_600_000), [true, 0, false]);
});

test("local time is told as it is at each time of the year", async (t) => {
  let now = Date.UTC(2026, 2, 29, 0, 59);
  const { loader } = await loaderOf(t, { timeZone: "Europe/Berlin" }, { now: () => now });
  t.is(loader.utcOffsetSeconds(), 3600);
  now += 60_000;
  t.true(loader.clock.look());
  t.is(loader.utcOffsetSeconds(), 7200);
});
