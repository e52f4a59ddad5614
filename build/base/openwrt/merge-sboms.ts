/** A CycloneDX document, as far as it matters here. */
interface Bom {
  readonly components?: readonly { readonly purl?: string; readonly name?: string }[];
}

/** Our bill of materials with the components of OpenWrt's own; what both have is there once. */
export function mergeSboms(ours: string, theirs: string | undefined): string {
  if (theirs === undefined) return ours;
  const own = JSON.parse(ours) as Bom;
  const known = new Set((own.components ?? []).map(({ purl, name }) => purl ?? name));
  const added = ((JSON.parse(theirs) as Bom).components ?? []).filter(
    ({ purl, name }) => !known.has(purl ?? name),
  );
  return `${JSON.stringify({ ...own, components: [...(own.components ?? []), ...added] }, null, 2)}\n`;
}
