/**
 * What somebody may have meant.
 *
 * @module
 */

/** The edit distance of two words: insertions, deletions and replacements (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] as number) + Number(a[i] !== b[j]);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The word that is closest to `typed`, if it is close at all. */
export function closest(typed: string, words: readonly string[]): string | undefined {
  const ranked = words.map((word) => ({ word, edits: distance(typed, word) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best !== undefined && best.edits <= Math.max(2, typed.length / 3) ? best.word : undefined;
}
