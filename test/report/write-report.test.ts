import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { writeReport } from "../../build/report/write-report.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { report } from "./fixture.ts";

test("three whole files are written, and report.json is the report", async (t) => {
  const folder = await temporaryFolder(t);
  await writeReport(report, join(folder, "x86-64"));
  t.deepEqual((await readdir(join(folder, "x86-64"))).sort(), ["junit.xml", "report.html", "report.json"]);
  t.deepEqual(JSON.parse(await readFile(join(folder, "x86-64/report.json"), "utf8")), report);
});
