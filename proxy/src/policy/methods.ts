/** Bits of methods, as `enum http_method` has them in proxy/addon/engine/http.h. */
const bits: ReadonlyMap<string, number> = new Map(
  ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT"].map((name, index) => [
    name,
    1 << index,
  ]),
);
const other = 1 << bits.size;

/** What a rule can name. */
export const methodNames: readonly string[] = [...bits.keys()];

/** 0 for one that can't be seen: it is none that a rule names. */
export function methodBit(method: string | undefined): number {
  return method === undefined ? 0 : (bits.get(method) ?? other);
}
