/** What origins serve as `/body`: 20 MB of lines that all differ, so that a part missing or out of place shows. */
export function makeBody(): Buffer {
  return Buffer.from(Array.from({ length: 2_500_000 }, (_, line) => `${1_000_000 + line}\n`).join(""));
}

export const bodySha256 = "6e9d3a3d855a6394ab4af702ab3585b4a597f0336420fb462a82202caac70adc";
