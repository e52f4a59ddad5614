/** The size of pages on amd64, and of Debian's kernel for arm64, in bytes. */
export const pageBytes = 4096;

/** Pages between two that are wanted which come along: so many bytes unpack as fast as one more piece is mapped. */
const toleratedGap = 4;

/** A program header (ELF-64 object file format, version 1.5, program header). Offsets and sizes in bytes. */
interface Header {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly alignment: number;
}

/** A part of what is loaded, in whole pages but at its segment's ends, and whether it comes first in the file. */
interface Piece extends Header {
  readonly wanted: boolean;
}

const elfHeaderBytes = 64;
const headerBytes = 56;
const types = { load: 1, table: 6 };

/**
 * Writes a 64-bit ELF program with the pages that are wanted at the front of the file, at the addresses that
 * they had: a compressed file system then unpacks them, and not their neighbours. It is in so many pieces that
 * Linux refuses to start it (until 6.18 its program headers have to fit into a page); glibc's loader starts it.
 * Sections, which nothing needs that runs it, are left out.
 *
 * @param pages Addresses by pageBytes.
 */
export function orderPages(program: Buffer, pages: ReadonlySet<number>): Buffer {
  const headers = readHeaders(program);
  const segments = headers.filter(({ type }) => type === types.load);
  const pieces = segments.flatMap((segment) => cut(segment, pages));
  const ordered = [...pieces.filter(({ wanted }) => wanted), ...pieces.filter(({ wanted }) => !wanted)];
  const others = headers.filter(({ type }) => type !== types.load && type !== types.table);
  const tableBytes = headerBytes * (1 + others.length + pieces.length + 1);

  const places = new Map<Piece, number>();
  let end = elfHeaderBytes + tableBytes;
  for (const piece of ordered) {
    end += modulo(piece.address - end, pageBytes); // mapped, an offset is its address but for whole pages
    places.set(piece, end);
    end += piece.fileBytes;
  }
  const moved = pieces.map((piece) => ({ ...piece, offset: places.get(piece) as number }));
  const table = tableAbove(segments, tableBytes);
  const out = Buffer.alloc(end);
  writeHeaders(out, program, [
    { ...table, type: types.table, offset: elfHeaderBytes, address: table.address + elfHeaderBytes },
    ...others.map((header) => ({ ...header, offset: follow(header.offset, pieces, places) })),
    ...moved,
    { ...table, fileBytes: elfHeaderBytes + tableBytes, memoryBytes: elfHeaderBytes + tableBytes },
  ]);
  for (const piece of pieces)
    program.copy(out, places.get(piece), piece.offset, piece.offset + piece.fileBytes);
  return out;
}

/** Cuts a segment where wanted pages begin and end. */
function cut(segment: Header, pages: ReadonlySet<number>): Piece[] {
  const { address, fileBytes, memoryBytes } = segment;
  const first = Math.floor(address / pageBytes);
  const count = Math.ceil((address + fileBytes) / pageBytes) - first;
  const wanted = closeGaps(Array.from({ length: count }, (_, index) => pages.has(first + index)));
  const starts = wanted.flatMap((is, index) => (index === 0 || is !== wanted[index - 1] ? [index] : []));
  return starts.map((start, index) => {
    const from = Math.max(address, (first + start) * pageBytes);
    const next = starts[index + 1];
    const to = next === undefined ? address + fileBytes : (first + next) * pageBytes;
    // what is only in memory (.bss) is at the end
    const only = next === undefined ? memoryBytes - fileBytes : 0;
    const offset = segment.offset + (from - address);
    const sizes = { fileBytes: to - from, memoryBytes: to - from + only };
    return {
      ...segment,
      ...sizes,
      offset,
      address: from,
      alignment: pageBytes,
      wanted: wanted[start] === true,
    };
  });
}

function closeGaps(wanted: readonly boolean[]): boolean[] {
  const closed = [...wanted];
  let last = -Infinity;
  for (const [index, is] of wanted.entries()) {
    if (!is) continue;
    if (index - last - 1 <= toleratedGap) closed.fill(true, last + 1, index);
    last = index;
  }
  return closed;
}

/** The table of program headers is read in memory, too: it gets pages of its own above all others. */
function tableAbove(segments: readonly Header[], tableBytes: number): Header {
  const top = Math.max(...segments.map(({ address, memoryBytes }) => address + memoryBytes));
  const address = Math.ceil(top / pageBytes) * pageBytes;
  const sizes = { fileBytes: tableBytes, memoryBytes: tableBytes };
  return { type: types.load, flags: 4, offset: 0, address, ...sizes, alignment: pageBytes };
}

/** Where what was at an offset is now; what isn't loaded (GNU_STACK) is nowhere. */
function follow(offset: number, pieces: readonly Piece[], places: ReadonlyMap<Piece, number>): number {
  const piece = pieces.find((at) => offset >= at.offset && offset < at.offset + at.fileBytes);
  return piece === undefined ? 0 : (places.get(piece) as number) + offset - piece.offset;
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

function readHeaders(program: Buffer): Header[] {
  // magic, 64 bits, little-endian
  if (!program.subarray(0, 6).equals(Buffer.from("\x7fELF\x02\x01", "latin1")))
    throw new Error("not a little-endian 64-bit ELF file");
  const table = Number(program.readBigUInt64LE(32));
  return Array.from({ length: program.readUInt16LE(56) }, (_, index) => {
    const at = table + index * headerBytes;
    const [offset, address, , fileBytes, memoryBytes, alignment] = [8, 16, 24, 32, 40, 48].map((field) =>
      Number(program.readBigUInt64LE(at + field)),
    ) as [number, number, number, number, number, number];
    const [type, flags] = [program.readUInt32LE(at), program.readUInt32LE(at + 4)];
    return { type, flags, offset, address, fileBytes, memoryBytes, alignment };
  });
}

function writeHeaders(out: Buffer, program: Buffer, headers: readonly Header[]): void {
  program.copy(out, 0, 0, elfHeaderBytes);
  out.writeBigUInt64LE(BigInt(elfHeaderBytes), 32);
  out.writeBigUInt64LE(0n, 40); // no sections
  out.writeUInt16LE(headers.length, 56);
  out.fill(0, 60, 64);
  for (const [index, header] of headers.entries()) {
    const at = elfHeaderBytes + index * headerBytes;
    const { offset, address, fileBytes, memoryBytes, alignment } = header;
    out.writeUInt32LE(header.type, at);
    out.writeUInt32LE(header.flags, at + 4);
    for (const [field, value] of [offset, address, address, fileBytes, memoryBytes, alignment].entries())
      out.writeBigUInt64LE(BigInt(value), at + 8 + field * 8);
  }
}
