/** Whom a request is for, as it was sent. */
export interface Authority {
  /** A name in any case, maybe with a dot at its end, or an address without brackets. */
  readonly host: string;
  /** Undefined if it isn't said. */
  readonly port: number | undefined;
}

/** Names are letters, digits, `.`, `-` and `_`: stricter than RFC 3986, 3.2.2. */
const authorityForm = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,254}))(?::([0-9]{0,5}))?$/;

/** Reads `host`, `host:` or `host:port` (RFC 9110, 4.2.3); undefined if it isn't one. */
export function parseAuthority(authority: string): Authority | undefined {
  const [whole, address, name = "", digits = ""] = authorityForm.exec(authority) ?? [];
  if (whole === undefined) return undefined;
  // Who connects to an address finds out whether it is one.
  if (address === undefined ? /^\.|\.\./.test(name) : !/:.*:/.test(address)) return undefined;
  const port = digits === "" ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  return { host: address ?? name, port };
}
