import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { compilePolicy } from "../../../proxy/src/policy/compile-policy.ts";
import type { ListFormat } from "../../../proxy/src/policy/policy-config.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { blockedBy, policyOfList } from "./policies.ts";

async function compileFile(t: ExecutionContext, format: ListFormat, content: string | Buffer) {
  const file = join(await temporaryFolder(t), "list");
  await writeFile(file, content);
  return { file, compiled: await compilePolicy(policyOfList(format, [], file)) };
}

test("a file and entries make up one list", async (t) => {
  const file = join(await temporaryFolder(t), "list");
  await writeFile(file, "a.test\nb.test\n");
  const compiled = await compilePolicy(policyOfList("auto", ["c.test"], file));
  const urls = ["http://a.test/", "http://b.test/", "http://c.test/", "http://d.test/"];
  t.deepEqual(blockedBy(compiled, urls), urls.slice(0, 3));
  t.like(compiled, { problems: [], moreProblems: 0, ruleNames: ["a rule"] });
  t.like(compiled.lists[0], { name: "list", names: 3, texts: 0, isMissing: false });
});

test("a byte order mark, carriage returns and a last line without an end do no harm", async (t) => {
  const { compiled } = await compileFile(t, "domains", "\ufeffa.test\r\n\r\nb.test\r\nc.test");
  t.deepEqual(compiled.problems, []);
  const urls = ["http://a.test/", "http://b.test/", "http://c.test/"];
  t.deepEqual(blockedBy(compiled, urls), urls);
});

test("lines are whole wherever chunks of the file end", async (t) => {
  const lines = Array.from({ length: 12_000 }, (_, index) => `${"x".repeat(index % 47)}${index}.test`);
  const { compiled } = await compileFile(t, "domains", `${lines.join("\n")}\n`);
  t.deepEqual(compiled.problems, []);
  t.is(compiled.lists[0]?.names, lines.length);
  const urls = lines.map((line) => `http://${line}/`);
  t.deepEqual(blockedBy(compiled, urls), urls);
});

test("a list whose file isn't there is empty, and is said to be", async (t) => {
  const file = join(await temporaryFolder(t), "list");
  const compiled = await compilePolicy(policyOfList("auto", ["a.test"], file));
  t.like(compiled, { problems: [] });
  t.like(compiled.lists[0], { isMissing: true, names: 1 });
});

test("a file that can't be read is a problem", async (t) => {
  const file = await temporaryFolder(t);
  const { problems, lists } = await compilePolicy(policyOfList("auto", [], file));
  t.deepEqual(problems, [{ where: file, line: undefined, fact: "can't be read: EISDIR" }]);
  t.false(lists[0]?.isMissing);
});

test("problems are told by file and line, the first of many and the number of the others", async (t) => {
  const { file, compiled } = await compileFile(t, "domains", `good.test\n${"not a domain\n".repeat(120)}`);
  t.is(compiled.problems.length, 50);
  t.is(compiled.moreProblems, 70);
  t.deepEqual(compiled.problems[0], { where: file, line: 2, fact: 'is no domain: "not a domain"' });
  t.deepEqual(blockedBy(compiled, ["http://good.test/"]), ["http://good.test/"]);
});

test("what is wrong with an entry of the configuration is told by its place there", async (t) => {
  const { problems } = await compilePolicy(policyOfList("domains", ["a.test", "b b"]));
  t.deepEqual(problems, [{ where: "/policy/lists/list/entries", line: 2, fact: 'is no domain: "b b"' }]);
});

test("a line that is too long is said to be so, and the next one is read", async (t) => {
  const long = "x".repeat(200_000);
  const { compiled, file } = await compileFile(t, "domains", `a.test\n${long}\nb.test\n${"y".repeat(5000)}`);
  const fact = "is longer than 4096 bytes";
  t.deepEqual(compiled.problems, [
    { where: file, line: 2, fact },
    { where: file, line: 4, fact },
  ]);
  t.deepEqual(blockedBy(compiled, ["http://a.test/", "http://b.test/"]), [
    "http://a.test/",
    "http://b.test/",
  ]);
});

test("whatever bytes a file has, it is read to its end", async (t) => {
  const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * index * 7919) >>> 7));
  for (const format of ["hosts", "domains", "urls", "patterns", "adblock", "auto"] as const) {
    const { compiled } = await compileFile(
      t,
      format,
      Buffer.concat([bytes, Buffer.from("\na.test/x\n/y/\n")]),
    );
    t.true(compiled.problems.length > 0, format);
  }
});

test("others have their turn while a policy is compiled", async (t) => {
  const lines = Array.from({ length: 60_000 }, (_, index) => `name-${index}.test\n`).join("");
  let turns = 0;
  const ticking = setInterval(() => turns++);
  await compileFile(t, "domains", lines);
  clearInterval(ticking);
  t.true(turns >= 8, `${turns} turns for ${lines.length} bytes`);
});

test("domains of a large list take twelve bytes each and three tenths more", async (t) => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `name-${index}.test\n`).join("");
  const { compiled } = await compileFile(t, "domains", lines);
  const each = compiled.table.byteLength / 100_000;
  t.true(each > 17 && each < 17.3, `${each} bytes`);
});
