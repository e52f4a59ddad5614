/** Where an explicit request is to go. */
export interface Target {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Host and port as the Host field has them. */
  readonly authority: string;
  /** Path and query as they were sent (RFC 9110, 7.7: a proxy doesn't touch them). */
  readonly path: string;
}

const authorityForm = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::([0-9]{0,5}))?$/i;

/** RFC 9112, 3.2.2: `http://host[:port]/path`, without user information; else undefined. */
export function parseAbsoluteForm(target: string, method: string): Target | undefined {
  const [whole, authority = "", path = ""] = /^http:\/\/([^/?#]*)([^#]*)(?:#.*)?$/i.exec(target) ?? [];
  if (whole === undefined) return undefined;
  const to = parseAuthority(authority, 80);
  if (to === undefined) return undefined;
  // RFC 9112, 3.2.4: without a path, OPTIONS asks about the server.
  if (path === "") return { ...to, path: method === "OPTIONS" ? "*" : "/" };
  return { ...to, path: path.startsWith("/") ? path : `/${path}` };
}

/** RFC 9112, 3.2.3: `host:port`, of CONNECT; the port must be there. */
export function parseAuthorityForm(target: string): Target | undefined {
  return /:[0-9]+$/.test(target) ? parseAuthority(target, 0) : undefined;
}

function parseAuthority(authority: string, defaultPort: number): Target | undefined {
  const [whole, address, name, digits = ""] = authorityForm.exec(authority) ?? [];
  const host = address ?? name;
  if (whole === undefined || host === undefined) return undefined;
  const port = digits === "" ? defaultPort : Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  const written = address === undefined ? host : `[${host}]`;
  return { host, port, authority: digits === "" ? written : `${written}:${digits}`, path: "" };
}
