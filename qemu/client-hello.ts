/**
 * The first that a TLS 1.3 client says (RFC 8446, 4.1.2), to a server of this name if it has one, as printf(1)
 * takes it: the proxy connects onwards on a port that carries TLS once it has seen one. Nobody in the lab answers
 * it in TLS.
 */
export function printfClientHello(name?: string): string {
  const serverName = vector(2, Buffer.from([0]), vector(2, Buffer.from(name ?? "")));
  const extensions = name === undefined ? vector(2) : vector(2, Buffer.from([0, 0]), vector(2, serverName));
  const [version, random] = [Buffer.from([3, 3]), Buffer.alloc(32, 0x5a)];
  const [session, ciphers, compression] = [
    vector(1),
    vector(2, Buffer.from([0x13, 1])),
    vector(1, Buffer.from([0])),
  ];
  const message = vector(3, version, random, session, ciphers, compression, extensions);
  const hello = Buffer.concat([Buffer.from([22, 3, 1]), vector(2, Buffer.from([1]), message)]);
  return Array.from(hello, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

/** Bytes after their length. */
function vector(lengthBytes: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(bytes.length, 0, lengthBytes);
  return Buffer.concat([length, bytes]);
}
