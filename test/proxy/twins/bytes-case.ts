/** Bytes that a parser is to judge; proxy/addon/test/judge-bytes.c says what each kind is. */
export interface BytesCase {
  readonly kind: "q" | "a" | "A" | "C" | "c" | "h" | "t";
  /** Of a head in bytes; of a chunked body, how many bytes are given at a time. */
  readonly limit: number;
  /** Beginnings that are parsed as well are each so many bytes longer than the last. */
  readonly step: number;
  readonly data: Buffer;
}
