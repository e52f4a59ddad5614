import { InputError } from "../core/faults.ts";

/** Why there is no image for them, however much flash they have. */
const reasons: readonly { readonly names: RegExp; readonly fact: string }[] = [
  {
    names: /^mips/,
    fact: "V8, which the proxy runs on, needs an FPU on MIPS, and routers' MIPS cores have none; Node has no MIPS builds",
  },
  { names: /^(armel|armv[456])/, fact: "V8, which the proxy runs on, needs ARMv7 with VFPv3" },
  { names: /^(powerpc|ppc)/, fact: "the kernels and Node builds that images are made of aren't made for it" },
  { names: /^(i386|i[3-6]86)$/, fact: "Node 24 isn't built for 32-bit x86" },
  { names: /^(riscv|loong|s390)/, fact: "Node has no official builds for it" },
];

/** A CPU on which the proxy can't run is refused with the reason, before anything else is asked of a profile. */
export function refuseArchitecture(profile: unknown, fileOf: (path: string) => string): void {
  const { arch } = profile as { arch?: unknown };
  const refused = reasons.find(({ names }) => typeof arch === "string" && names.test(arch));
  if (refused === undefined) return;
  const fact = `is ${String(arch)}: ${refused.fact}`;
  throw new InputError([
    { file: fileOf("/arch"), path: "/arch", fact, hint: "such a board can't run Halfbridge" },
  ]);
}
