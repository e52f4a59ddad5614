import { PassThrough } from "node:stream";
import test, { type ExecutionContext } from "ava";
import { InputError } from "../../build/core/faults.ts";
import { confirmByName } from "../../build/flash/confirm.ts";

const erasure = { path: "/dev/sdb", description: "SanDisk Ultra, 29.7 GiB (sdb)", name: "sdb" };

function terminal(typed: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  input.end(typed);
  return { input, output: new PassThrough() };
}

async function refusal(t: ExecutionContext, ...given: Parameters<typeof terminal>): Promise<string> {
  const error = await t.throwsAsync(confirmByName(erasure, terminal(...given)), { instanceOf: InputError });
  return error?.message ?? "";
}

test("who types the device's name is told first what it erases, and goes on", async (t) => {
  const { input, output } = terminal("sdb\n");
  await t.notThrowsAsync(confirmByName(erasure, { input, output }));
  const question = "This erases SanDisk Ultra, 29.7 GiB (sdb): type sdb to go on: ";
  t.is((output.read() as Buffer).toString(), question);
});

test("another name, a bare Enter, a yes and an end of input don't go on", async (t) => {
  for (const typed of ["sda\n", "\n", "yes\n", ""])
    t.is(await refusal(t, typed), "/dev/sdb: was not confirmed: nothing was written (type sdb to go on)");
});

test("without a terminal it is refused, even if the name comes in", async (t) => {
  t.regex(await refusal(t, "sdb\n", false), /there is no terminal to ask on \(--yes goes on without\)/);
});
