import type { Site } from "../../config/site.ts";

/** What of Debian a proxy engine needs, besides what every router has. */
export interface EngineParts {
  /** Packages; their dependencies follow. */
  readonly packages: readonly string[];
  /** Programs that are taken from them, with the libraries that they need. */
  readonly programs: readonly string[];
  /** Folders that are taken from them whole. */
  readonly folders: readonly string[];
  /** Links by their paths. */
  readonly links: Readonly<Record<string, string>>;
}

export const engineParts: Readonly<Record<Site["proxy"]["engine"], EngineParts>> = {
  halfbridge: { packages: [], programs: [], folders: [], links: {} },
  squid: {
    // the flavour that reads ClientHellos; tzdata for its schedules
    packages: ["squid-openssl", "tzdata"],
    programs: ["/usr/sbin/squid-openssl"],
    // without the pages for its own errors it says nothing but that they are missing
    folders: ["/usr/share/squid-langpack/templates", "/usr/share/zoneinfo"],
    links: { "/usr/share/squid/errors": "../squid-langpack" },
  },
};
