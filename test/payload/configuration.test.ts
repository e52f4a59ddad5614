import test from "ava";
import { readBoardByName } from "../../build/config/board.ts";
import { readSite } from "../../build/config/site.ts";
import type { Entry } from "../../build/core/tree.ts";
import { run } from "../../build/core/run.ts";
import { parseConfig } from "../../proxy/src/config.ts";
import { renderConfiguration } from "../../build/payload/configuration.ts";
import { makePlan } from "../../build/plan/plan.ts";
import { assertGolden } from "../golden.ts";

const plan = makePlan(await readBoardByName("x86-64"), await readSite("sites/example.yaml"));
const configuration = await renderConfiguration(plan);

function textOf(entry: Entry | undefined): string {
  return entry?.kind === "file" && "content" in entry.from ? entry.from.content.toString() : "";
}

test("the half bridge's configuration is as it was reviewed", async (t) => {
  const text = configuration.map((entry) => `── ${entry.path}\n${textOf(entry)}`).join("\n");
  await assertGolden(t, "half-bridge-legacy.txt", text);
});

test("every script is one that a POSIX shell can read", async (t) => {
  const scripts = configuration.filter((entry) => textOf(entry).startsWith("#!/bin/sh"));
  t.true(scripts.length >= 5);
  for (const script of scripts) {
    await t.notThrowsAsync(run(["sh", "-n"], { input: textOf(script) }), script.path);
    t.is(script.kind === "file" ? script.mode : 0, 0o755, script.path);
  }
});

test("the proxy accepts the configuration that is rendered for it", (t) => {
  const config = parseConfig(textOf(configuration.find(({ path }) => path === "/etc/halfbridge/proxy.json")));
  t.true("listeners" in config, JSON.stringify(config));
});

test("the proxy's own packets don't carry the mark that delivers captured ones", (t) => {
  const config = parseConfig(textOf(configuration.find(({ path }) => path === "/etc/halfbridge/proxy.json")));
  t.not("mark" in config && config.mark, plan.network.delivery.mark);
});
