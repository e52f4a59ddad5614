/** The policy that is on while measuring: this many domains are blocked, each with all below it. */
export const blockedCount = 100_000;

/** A name that is on no list: the load is for it. */
export const allowedHost = "www.allowed.example";

/** Names by which it can be seen whether a policy blocks a domain, with all below it and nothing else. */
export interface Probes {
  readonly allowed: readonly string[];
  readonly blocked: readonly string[];
}

export function probesOf(domain: string): Probes {
  return { allowed: [allowedHost, `not${domain}`], blocked: [domain, `www.${domain}`] };
}

/** As many different domains, the same ones each time; labels are as long as people's mostly are. */
export function blockedDomains(count: number): string[] {
  const endings = ["example", "test", "shop.example", "ads.test"];
  return Array.from({ length: count }, (_, index) => {
    // a bijection on 32 bits, so that neighbours look unlike each other and none comes twice
    const name = (Math.imul(index, 0x9e3779b1) >>> 0).toString(36);
    return `${name}${"tracker".slice(index % 8)}.${endings[index % endings.length]}`;
  });
}
