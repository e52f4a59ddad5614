/** A CycloneDX document, as far as it matters here. */
interface Bom {
  readonly components?: readonly { readonly purl?: string; readonly name?: string }[];
}

/**
 * Our bill of materials with the components of OpenWrt's own; what both have is there once. OpenWrt's script writes
 * keys and components in another order each time (scripts/package-metadata.pl): here they are sorted.
 */
export function mergeSboms(ours: string, theirs: string | undefined): string {
  if (theirs === undefined) return ours;
  const own = JSON.parse(ours) as Bom;
  const known = new Set((own.components ?? []).map(({ purl, name }) => purl ?? name));
  const added = ((JSON.parse(theirs) as Bom).components ?? [])
    .filter(({ purl, name }) => !known.has(purl ?? name))
    .map((component) => JSON.stringify(component, sortKeys))
    .toSorted()
    .map((text) => JSON.parse(text) as unknown);
  return `${JSON.stringify({ ...own, components: [...(own.components ?? []), ...added] }, null, 2)}\n`;
}

const sortKeys = (_: string, value: unknown): unknown =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
