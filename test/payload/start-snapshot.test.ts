import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { run } from "../../build/core/run.ts";
import { builder, startSnapshotName, takeSnapshot } from "../../build/payload/start-snapshot.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** By this machine's Node, which runs on it as it is. */
async function snapshotIn(t: ExecutionContext, scripts: string): Promise<string> {
  const folder = await temporaryFolder(t);
  await mkdir(scripts, { recursive: true });
  for (const [path, text] of Object.entries(builder(scripts))) await writeFile(path, text);
  await takeSnapshot([process.execPath], scripts, folder);
  return join(folder, startSnapshotName);
}

test("a program that is started from the snapshot is given what it is given without", async (t) => {
  const folder = await temporaryFolder(t);
  const program = join(folder, "program.cjs");
  const seen = `[process.argv, process.argv0, process.execPath, __filename, __dirname, typeof gc, process.pid > 1,
    process.env.HERE, new Date(0).getHours(), typeof require("node:net").createServer, require("./other.cjs")]`;
  await writeFile(program, `console.log(JSON.stringify(${seen}))`);
  await writeFile(join(folder, "other.cjs"), "module.exports = 'other'");
  const start = async (flags: readonly string[]) => {
    const argv = [process.execPath, "--expose-gc", ...flags, program, "first", "--second"];
    return JSON.parse((await run(argv, { env: { HERE: "yes", TZ: "Asia/Tokyo" } })).stdout) as unknown[];
  };
  const plain = await start([]);
  t.deepEqual(plain.slice(-6), ["function", true, "yes", 9, "function", "other"]);
  t.deepEqual(await start(["--snapshot-blob", await snapshotIn(t, join(folder, "scripts"))]), plain);
});

test("two snapshots are the same, and each start from one hashes with a seed of its own", async (t) => {
  const folder = await temporaryFolder(t);
  const [one, other] = [await snapshotIn(t, folder), await snapshotIn(t, folder)];
  t.true((await readFile(one)).equals(await readFile(other)));
  // the order in which V8 finds the internalized strings of its table is that of their hashes
  const program = join(folder, "program.cjs");
  await writeFile(program, heapOrder);
  const order = async (...flags: readonly string[]) =>
    (await run([process.execPath, ...flags, "--snapshot-blob", one, program])).stdout;
  t.not(await order(), await order());
  t.is(await order("--no-rehash-snapshot"), await order("--no-rehash-snapshot"));
});

const heapOrder = `
const { text } = require("node:stream/consumers");
const { getHeapSnapshot } = require("node:v8");
text(getHeapSnapshot()).then((json) => {
  const { nodes, edges, strings, snapshot: { meta } } = JSON.parse(json);
  const [nodeFields, edgeFields] = [meta.node_fields.length, meta.edge_fields.length];
  let edge = 0;
  for (let node = 0; node < nodes.length; node += nodeFields) {
    const count = nodes[node + meta.node_fields.indexOf("edge_count")];
    const name = (at) => strings[nodes[at + meta.node_fields.indexOf("name")]];
    if (name(node) === "(Internalized strings)" && count > 1) {
      for (let each = edge; each < edge + count; each++)
        console.log(name(edges[each * edgeFields + meta.edge_fields.indexOf("to_node")]));
    }
    edge += count;
  }
});
`;
