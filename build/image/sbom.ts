import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { Package } from "../debian/packages.ts";
import { suite } from "../debian/suite.ts";
import { hashOf } from "../core/hash.ts";
import type { Origin } from "../loader/loader.ts";
import type { NodeRelease } from "../payload/runtime.ts";
import type { Manifest } from "./manifest.ts";

/** A piece of software in an image, as its bill of materials knows it. */
export interface SoftwareComponent {
  readonly name: string;
  readonly version: string;
  /** Package URL (purl specification). */
  readonly purl: string;
  /** Of what it was installed from. */
  readonly sha256?: string;
  readonly homepage?: string;
  /** What else is known, by name. */
  readonly properties: Readonly<Record<string, string>>;
}

export function debianComponents(packages: readonly Package[]): SoftwareComponent[] {
  return packages.map(({ name, version, architecture, source, sha256, homepage }) => ({
    name,
    version,
    purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=${suite}`,
    sha256,
    ...(homepage === undefined ? {} : { homepage }),
    properties: { "debian:source": source },
  }));
}

/** Each once: a reference that stands twice would be replaced by a random one, and no two builds were the same. */
const byReference = (components: readonly SoftwareComponent[]): SoftwareComponent[] => [
  ...new Map(components.map((component) => [component.purl, component])).values(),
];

/** A CycloneDX 1.6 bill of materials: what a base's files are from, and the Node runtime. */
export function formatSbom(
  { board, planHash, image, loader }: Pick<Manifest, "board" | "planHash" | "image" | "loader">,
  version: string,
  components: readonly SoftwareComponent[],
  node: NodeRelease,
): string {
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${uuidOf(hashOf([planHash, image.sha256]))}`,
    metadata: new Models.Metadata({
      component: new Models.Component(Enums.ComponentType.Firmware, `halfbridge-${board}`, {
        version,
        bomRef: "image",
      }),
    }),
  });
  for (const { name, version: componentVersion, purl, sha256, homepage, properties } of byReference(
    components,
  )) {
    const component = new Models.Component(Enums.ComponentType.Library, name, {
      version: componentVersion,
      purl,
      bomRef: purl,
    });
    if (sha256 !== undefined) component.hashes.set(Enums.HashAlgorithm["SHA-256"], sha256);
    for (const [key, value] of Object.entries(properties)) {
      component.properties.add(new Models.Property(key, value));
    }
    if (homepage !== undefined) {
      component.externalReferences.add(
        new Models.ExternalReference(homepage, Enums.ExternalReferenceType.Website),
      );
    }
    bom.components.add(component);
  }
  for (const origin of loader) bom.components.add(loaderComponent(origin));
  if (node.integrity !== undefined) bom.components.add(officialNode(node, node.integrity));
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** Taken from a Debian package, or built from its source (purl: deb, arch=source). */
function loaderComponent({ name, version, type, sha256, licence }: Origin): Models.Component {
  const architecture = type === "deb-src" ? "source" : "arm64";
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=${suite}`;
  const component = new Models.Component(Enums.ComponentType.Firmware, name, { version, purl, bomRef: purl });
  const [only] = sha256;
  if (only !== undefined && sha256.length === 1) component.hashes.set(Enums.HashAlgorithm["SHA-256"], only);
  component.licenses.add(new Models.LicenseExpression(licence));
  return component;
}

function officialNode({ name, version }: NodeRelease, integrity: string): Models.Component {
  const purl = `pkg:npm/${name}@${version}`;
  const runtime = new Models.Component(Enums.ComponentType.Application, name, {
    version,
    purl,
    bomRef: purl,
  });
  const sha512 = Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
  runtime.hashes.set(Enums.HashAlgorithm["SHA-512"], sha512);
  return runtime;
}

/** The same image has the same serial number. */
function uuidOf(hash: string): string {
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
