const letters: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "\\": "\\" };

/** Bytes out of visible text: `\r`, `\n`, `\t`, `\\`, `\xNN` and, for 300 times a, `\{a*300}`. */
export function readEscapes(text: string): Buffer {
  return Buffer.from(unescape(text), "latin1");
}

/** Visible text that `readEscapes` makes these bytes of. */
export function writeEscapes(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/([^])\1*/g, (run, byte: string) => {
    const written = writeByte(byte);
    return run.length < 12 ? written.repeat(run.length) : `\\{${written}*${run.length}}`;
  });
}

function writeByte(byte: string): string {
  if (/[ -[\]-~]/.test(byte)) return byte;
  const [letter] = Object.entries(letters).find(([, meant]) => meant === byte) ?? [];
  return letter === undefined ? `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}` : `\\${letter}`;
}

function unescape(text: string): string {
  return text.replace(
    /\\(?:\{(.*?)\*([0-9]+)\}|x([0-9a-f]{2})|(.))/g,
    (_, repeated: string | undefined, times: string, hex: string | undefined, letter: string) => {
      if (repeated !== undefined) return unescape(repeated).repeat(Number(times));
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const byte = letters[letter];
      if (byte === undefined) throw new Error(`\\${letter}: no such escape`);
      return byte;
    },
  );
}
