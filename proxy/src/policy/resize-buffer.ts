/**
 * A buffer's bytes in one of another size, in bytes; the old one's memory is given back at once. Node 20, which
 * Debian has for armhf, has no ArrayBuffer.prototype.transfer, and copies.
 */
export function resizeBuffer(buffer: ArrayBuffer & Partial<Transferable>, bytes: number): ArrayBuffer {
  if (buffer.transfer !== undefined) return buffer.transfer(bytes);
  const resized = new ArrayBuffer(bytes);
  new Uint8Array(resized).set(new Uint8Array(buffer, 0, Math.min(bytes, buffer.byteLength)));
  structuredClone(undefined, { transfer: [buffer] });
  return resized;
}

interface Transferable {
  transfer(bytes: number): ArrayBuffer;
}
