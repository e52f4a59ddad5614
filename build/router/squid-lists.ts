/**
 * What runs on the router before squid, and when lists are to be read again: `squid-lists POLICY.json FOLDER`
 * makes a policy's lists and pages into files for squid. Lines that are no entries are told. Where FOLDER is there
 * already they are a reason to leave it as it is: exit code 1. Exit code 2: it can't be written.
 */
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { readList } from "../../proxy/src/policy/compile-policy.ts";
import type { PolicyConfig } from "../../proxy/src/policy/policy-config.ts";
import { Problems } from "../../proxy/src/policy/problems.ts";
import { kindsOf, listFile } from "../payload/squid/list-kinds.ts";
import { blockPages } from "./squid/block-pages.ts";
import { SquidList } from "./squid/squid-list.ts";

async function main([policyFile = "", folder = ""]: readonly string[]): Promise<number> {
  const unfinished = `${folder}.new`;
  try {
    const policy = JSON.parse(await readFile(policyFile, "utf8")) as PolicyConfig;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    const problems = await writeLists(policy, unfinished);
    await writePages(policy, unfinished);
    tell(problems);
    if (problems.first.length > 0 && existsSync(folder)) {
      await rm(unfinished, { recursive: true });
      return 1;
    }
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
    return 0;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    process.stderr.write(`${String(error)}\n`);
    return 2;
  }
}

/** One list after the other: they may be large. */
async function writeLists(policy: PolicyConfig, folder: string): Promise<Problems> {
  const problems = new Problems();
  const tally = { names: 0, texts: 0, patternsWithoutToken: 0 };
  for (const [index, [name, { format }]] of Object.entries(policy.lists).entries()) {
    const list = new SquidList();
    await readList(policy, name, index, list, tally, problems);
    for (const kind of kindsOf(format)) {
      await pipeline(inBlocks(list.lines(kind)), createWriteStream(join(folder, listFile(index + 1, kind))));
    }
  }
  return problems;
}

/** Some thousand lines at a time: all of them as one text would be as much memory again. */
function* inBlocks(lines: Iterable<string>): Generator<string> {
  let block = "";
  for (const line of lines) {
    block += `${line}\n`;
    if (block.length < 65_536) continue;
    yield block;
    block = "";
  }
  yield block;
}

async function writePages(policy: PolicyConfig, folder: string): Promise<void> {
  const { blockPageFile } = policy;
  const page = blockPageFile === undefined ? undefined : await readFile(blockPageFile, "utf8");
  for (const [name, text] of blockPages(policy, page)) await writeFile(join(folder, name), text);
}

function tell({ first, more }: Problems): void {
  for (const { where, line, fact } of first)
    process.stderr.write(`${where}${line === undefined ? "" : `:${line}`}: ${fact}\n`);
  if (more > 0) process.stderr.write(`and ${more} more\n`);
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
