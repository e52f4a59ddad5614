/** The addresses of a name, best first; family 0 is both. Rejects with an Error that has a code. */
export type Resolve = (name: string, family: 0 | 4 | 6) => Promise<readonly string[]>;

/** Asks the C library: /etc/hosts, then whom /etc/resolv.conf names, in the order of RFC 6724. */
export const resolveByLibc: Resolve = async (name, family) => {
  // Loaded with the first name: what only captures has none.
  const { lookup } = process.getBuiltinModule("node:dns/promises");
  return (await lookup(name, { all: true, family })).map(({ address }) => address);
};
