import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { run } from "../../build/core/run.ts";
import { hostArchitecture, loaderOf } from "../../build/debian/architectures.ts";
import { orderPages, pageBytes } from "../../build/payload/order-pages.ts";

// Pages of its own for a constant, for data that is written, and for memory that no file has.
const source = `
#include <stdio.h>
#define OWN __attribute__((aligned(4096)))
static const char constant[8 * 4096] OWN = { [5 * 4096] = 42 };
static volatile char data[8 * 4096] OWN = { [3 * 4096] = 7 };
static volatile char empty[8 * 4096] OWN;
int main(void)
{
	volatile const char *c = constant;
	for (int i = 0; i < 8; i++) {
		data[i * 4096]++;
		empty[i * 4096]++;
	}
	printf("%d %d %d\\n", c[5 * 4096], data[3 * 4096], empty[7 * 4096]);
	return 0;
}`;

test("a program whose pages were put in another order does the same, from the same addresses", async (t) => {
  const program = await compile(t);
  const plain = readFileSync(program);
  const wanted = pagesOf(plain).filter((_, index) => index % 7 === 3);
  const ordered = orderPages(plain, new Set(wanted));
  t.deepEqual(memoryOf(ordered), memoryOf(plain));
  writeFileSync(program, ordered);
  const { stdout } = await run([loaderOf(hostArchitecture()), program]);
  t.is(stdout, "42 8 1\n");
});

test("the pages that are wanted are at the front of the file, in the order of their addresses", async (t) => {
  const plain = readFileSync(await compile(t));
  const constants = segmentsOf(plain).toSorted((a, b) => b.fileBytes - a.fileBytes)[0] as Segment;
  const first = Math.ceil(constants.address / pageBytes);
  const front = (pages: readonly number[]): number[][] =>
    segmentsOf(orderPages(plain, new Set(pages)))
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ address, fileBytes }) => [address / pageBytes, fileBytes / pageBytes]);
  t.deepEqual(front([first + 7, first, first + 1]).slice(0, 2), [
    [first, 2],
    [first + 7, 1],
  ]);
  t.notDeepEqual(front([])[0], [first, 2]);
});

test("between pages that are wanted a few others come along, so that a program is in fewer pieces", async (t) => {
  const plain = readFileSync(await compile(t));
  const pages = pagesOf(plain).slice(-20);
  const pieces = (...wanted: number[]): number =>
    segmentsOf(orderPages(plain, new Set(wanted.map((index) => pages[index] as number)))).length;
  t.is(pieces(0, 5), pieces(0));
  t.true(pieces(0, 6) > pieces(0));
});

test("the same program and pages give the same bytes, and no pages the program's own order", async (t) => {
  const plain = readFileSync(await compile(t));
  const wanted = new Set(pagesOf(plain).slice(2, 4));
  t.true(orderPages(plain, wanted).equals(orderPages(plain, wanted)));
  t.deepEqual(memoryOf(orderPages(plain, new Set())), memoryOf(plain));
});

test("what isn't a program for 64 bits is refused", (t) => {
  t.throws(
    () =>
      orderPages(Buffer.from("#!/bin/sh\necho no program at all, but long enough to be one\n"), new Set()),
    {
      message: "not a little-endian 64-bit ELF file",
    },
  );
});

/** At fixed addresses, as Node is. */
async function compile(t: { teardown(task: () => void): void }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "halfbridge-pages-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "program.c"), source);
  const program = join(folder, "program");
  await run(["gcc", "-O1", "-no-pie", "-Wl,-z,max-page-size=4096", "-o", program, `${program}.c`]);
  return program;
}

interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

/** The segments that are loaded, but for the table of them, which is at the top. */
function segmentsOf(program: Buffer): Segment[] {
  const table = Number(program.readBigUInt64LE(32));
  const headers = Array.from({ length: program.readUInt16LE(56) }, (_, index) => table + index * 56);
  return headers
    .filter((at) => program.readUInt32LE(at) === 1)
    .map((at) => {
      const [offset, address, fileBytes, memoryBytes] = [8, 16, 32, 40].map((field) =>
        Number(program.readBigUInt64LE(at + field)),
      ) as [number, number, number, number];
      return { offset, address, fileBytes, memoryBytes };
    })
    .filter(({ offset, memoryBytes }) => offset !== 0 || memoryBytes > headers.length * 56 + 64);
}

function pagesOf(program: Buffer): number[] {
  return segmentsOf(program).flatMap(({ address, fileBytes }) => {
    const first = Math.floor(address / pageBytes);
    return Array.from(
      { length: Math.ceil((address + fileBytes) / pageBytes) - first },
      (_, page) => first + page,
    );
  });
}

/** What a program has in memory, by address: neighbours put together. */
function memoryOf(program: Buffer): { address: number; bytes: string }[] {
  const memory: { address: number; bytes: string }[] = [];
  for (const { offset, address, fileBytes, memoryBytes } of segmentsOf(program)) {
    const bytes =
      program.subarray(offset, offset + fileBytes).toString("latin1") + "\0".repeat(memoryBytes - fileBytes);
    const before = memory.at(-1);
    if (before !== undefined && before.address + before.bytes.length === address) before.bytes += bytes;
    else memory.push({ address, bytes });
  }
  return memory;
}
