/** RFC 8446, 6.2; RFC 6066, 3. */
export const alerts = {
  /** The rules don't allow the name, or it isn't at the destination: what a server says that doesn't have it. */
  unrecognizedName: 112,
  /** It has to be said, and wasn't (RFC 8446, 9.2). */
  missingExtension: 109,
  /** Another name may be hidden behind the one that is said. */
  accessDenied: 49,
  decodeError: 50,
} as const;

/** A fatal alert in the clear, in a record as every version of TLS takes it before the first answer. */
export function fatalAlert(description: number): Buffer {
  return Buffer.from([21, 3, 3, 0, 2, 2, description]);
}
