/** `did you mean x86-64? (there are: …)`: the nearest known name first, if one is near. */
export function suggestNear(name: string, known: readonly string[]): string {
  const nearest = nearestTo(name, known);
  const list = known.length === 0 ? "there are none" : `there are: ${known.join(", ")}`;
  return nearest === undefined ? list : `did you mean ${nearest}? ${list}`;
}

/** The known name that is most alike, if one is near. */
export function nearestTo(name: string, known: readonly string[]): string | undefined {
  const nearest = [...known].sort((a, b) => distance(name, a) - distance(name, b))[0];
  return nearest !== undefined && distance(name, nearest) <= 3 ? nearest : undefined;
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.split("").entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split("").entries()) {
      next.push(
        Math.min(
          (row[j] as number) + (letter === other ? 0 : 1),
          (row[j + 1] as number) + 1,
          (next[j] as number) + 1,
        ),
      );
    }
    row = next;
  }
  return row[b.length] as number;
}
