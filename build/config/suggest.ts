/** More than anyone would read through. */
const tooMany = 30;

/**
 * `did you mean x86-64? (there are: …)`: the nearest known name first, if one is near. Of very many only those are told
 * that have a word in common with it.
 */
export function suggestNear(name: string, known: readonly string[]): string {
  const nearest = nearestTo(name, known);
  const list = listOf(name, known);
  return nearest === undefined ? list : `did you mean ${nearest}? ${list}`;
}

function listOf(name: string, known: readonly string[]): string {
  if (known.length === 0) return "there are none";
  if (known.length <= tooMany) return `there are: ${known.join(", ")}`;
  const wordsOf = (text: string) => text.split(/[^a-z0-9]+/i);
  const words = new Set(wordsOf(name));
  const alike = known
    .map((each) => ({ each, common: wordsOf(each).filter((word) => words.has(word)).length }))
    .filter(({ common }) => common > 0)
    .sort((a, b) => b.common - a.common)
    .slice(0, tooMany / 3)
    .map(({ each }) => each);
  if (alike.length === 0) return `none of ${known.length} is like it`;
  return `of ${known.length} these are like it: ${alike.join(", ")}`;
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
