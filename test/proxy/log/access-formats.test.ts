import test from "ava";
import { formatAccessJson } from "../../../proxy/src/log/access-json.ts";
import { formatAccessSquid } from "../../../proxy/src/log/access-squid.ts";
import { assertGolden } from "../../golden.ts";
import { answered, samples } from "./records.ts";

const all = Object.entries(samples);

test("JSON lines are as they were", async (t) => {
  await assertGolden(t, "proxy/access-json.txt", all.map(([, record]) => formatAccessJson(record)).join(""));
});

test("a JSON line has what the record has, and nothing that is undefined", (t) => {
  for (const [what, record] of all) {
    const { startedMs, durationMs, client, destination, ...rest } = record;
    const end = (at: typeof client) =>
      at.address.includes(":") ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`;
    const expected = {
      ...rest,
      time: new Date(startedMs + durationMs).toISOString(),
      client: end(client),
      destination: destination && end(destination),
      durationMs,
    };
    t.deepEqual(JSON.parse(formatAccessJson(record)), JSON.parse(JSON.stringify(expected)), what);
  }
});

test("times are right to the millisecond, whatever second was printed before", (t) => {
  for (const endedMs of [1_000_999, 1_001_000, 1_000_001, 1_001_000.9]) {
    const line = formatAccessJson({ ...answered, startedMs: endedMs, durationMs: 0 });
    t.is(JSON.parse(line).time, new Date(endedMs).toISOString());
  }
});

test("squid's lines are as they were", async (t) => {
  const lines = all.map(([what, record]) => `# ${what}\n${formatAccessSquid(record)}`);
  await assertGolden(t, "proxy/access-squid.txt", lines.join(""));
});

test("squid's lines have ten words each, as log analysers split them", (t) => {
  for (const [what, record] of all) {
    const words = formatAccessSquid(record).trim().split(/ +/);
    t.is(words.length, 10, what);
    t.regex(words[0] ?? "", /^\d+\.\d{3}$/);
    t.regex(words[3] ?? "", /^[A-Z_]+\/\d{3}$/);
    t.regex(words[8] ?? "", /^(ORIGINAL_DST\/[0-9a-f.:]+|HIER_NONE\/-)$/);
  }
});
