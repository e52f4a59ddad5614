/** What of a ClientHello a test wants otherwise than usual. */
export interface HelloParts {
  /** Extensions in their order; undefined leaves out even their length (RFC 5246, 7.4.1.2). */
  readonly extensions?: readonly Buffer[] | undefined;
  readonly version?: number;
  readonly sessionId?: Buffer;
  readonly cipherSuites?: Buffer;
  readonly compressionMethods?: Buffer;
}

/** A ClientHello's handshake message (RFC 8446, 4.1.2). */
export function helloMessage(parts: HelloParts = {}): Buffer {
  const extensions = "extensions" in parts ? parts.extensions : [serverName("example.org")];
  return message(
    1,
    number(parts.version ?? 0x0303, 2),
    Buffer.alloc(32, 0x5a),
    vector(1, parts.sessionId ?? Buffer.alloc(32, 0xa5)),
    vector(2, parts.cipherSuites ?? Buffer.from("0a0a130113021303c02bc02f", "hex")),
    vector(1, parts.compressionMethods ?? Buffer.from([0])),
    ...(extensions === undefined ? [] : [vector(2, ...extensions)]),
  );
}

export function message(type: number, ...body: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([type]), vector(3, ...body)]);
}

/** The message in records of at most so many bytes of it, of the version that clients say first. */
export function records(content: Buffer, bytesEach = 16_384, version = 0x0301): Buffer {
  const count = Math.ceil(content.length / bytesEach);
  const parts = Array.from({ length: count }, (_, index) =>
    content.subarray(index * bytesEach, (index + 1) * bytesEach),
  );
  return Buffer.concat(parts.map((part) => record(22, part, version)));
}

export function record(type: number, content: Buffer, version = 0x0301): Buffer {
  return Buffer.concat([Buffer.from([type]), number(version, 2), vector(2, content)]);
}

/** A whole hello with these extensions, in one record. */
export function hello(...extensions: readonly Buffer[]): Buffer {
  return records(helloMessage({ extensions }));
}

export function extension(type: number, ...content: readonly Buffer[]): Buffer {
  return Buffer.concat([number(type, 2), vector(2, ...content)]);
}

/** RFC 6066, 3: of hosts. */
export function serverName(...names: readonly (string | Buffer)[]): Buffer {
  return extension(0, vector(2, ...names.map((name) => nameOfType(0, Buffer.from(name)))));
}

export function nameOfType(type: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), vector(2, name)]);
}

/** RFC 8446, 4.2.8: as a browser sends it for X25519MLKEM768, X25519 and GREASE (RFC 8701). */
export function postQuantumKeyShare(): Buffer {
  const share = (group: number, bytes: number): Buffer =>
    Buffer.concat([number(group, 2), vector(2, Buffer.alloc(bytes, group & 0xff))]);
  return extension(0x0033, vector(2, share(0x2a2a, 1), share(0x11ec, 1216), share(0x001d, 32)));
}

/** Content after its length. */
export function vector(lengthBytes: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([...content]);
  return Buffer.concat([number(bytes.length, lengthBytes), bytes]);
}

export function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
