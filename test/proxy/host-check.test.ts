import test from "ava";
import { HostCheck } from "../../proxy/src/host-check.ts";

/** A host check, and what its resolver was asked; the resolver says what it is told to, or fails. */
function checkWith(answers: (readonly string[] | undefined)[]) {
  const asked: string[] = [];
  const check = new HostCheck(async (name) => {
    asked.push(name);
    const answer = answers.shift();
    if (answer === undefined) throw new Error("no answer");
    return answer;
  });
  return { check, asked };
}

test("a name belongs to its addresses, in whatever spelling, and is asked for once", async (t) => {
  const { check, asked } = checkWith([["192.0.2.1", "2001:DB8:0::1"]]);
  t.is(await check.check("a.example", "192.0.2.1"), "belongs");
  t.is(await check.check("a.example", "2001:db8::1"), "belongs");
  t.is(await check.check("a.example", "::ffff:192.0.2.1"), "belongs");
  t.is(await check.check("a.example", "192.0.2.2"), "foreign");
  t.deepEqual(asked, ["a.example"]);
});

test("an address belongs to itself alone, and nobody is asked", async (t) => {
  const { check, asked } = checkWith([]);
  t.is(await check.check("192.0.2.1", "192.0.2.1"), "belongs");
  t.is(await check.check("192.0.2.1", "192.0.2.2"), "foreign");
  t.deepEqual(asked, []);
});

test("a name without addresses belongs nowhere; what can't be found out isn't known, and is asked again", async (t) => {
  const { check, asked } = checkWith([[], undefined, ["192.0.2.1"]]);
  t.is(await check.check("none.example", "192.0.2.1"), "foreign");
  t.is(await check.check("a.example", "192.0.2.1"), "unknown");
  t.is(await check.check("a.example", "192.0.2.1"), "belongs");
  t.is(asked.length, 3);
});

test("many who ask for a name at once wait for one answer", async (t) => {
  const { check, asked } = checkWith([["192.0.2.1"]]);
  const all = await Promise.all(
    Array.from({ length: 50 }, async () => check.check("a.example", "192.0.2.1")),
  );
  t.deepEqual(new Set(all), new Set(["belongs"]));
  t.is(asked.length, 1);
});
