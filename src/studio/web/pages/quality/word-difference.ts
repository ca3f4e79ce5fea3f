// In what two texts differ, word by word, by their longest common sequence. Long texts are told as they are: nobody reads
// such a difference.

export interface Word {
  text: string;
  isOwn: boolean;
}

const most = 900;

const wordsOf = (text: string): string[] => text.match(/\s+|[^\s]+/gu) ?? [];

function lengths(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      rows[i]![j] =
        a[i] === b[j] ? rows[i + 1]![j + 1]! + 1 : Math.max(rows[i + 1]![j]!, rows[i]![j + 1]!);
  return rows;
}

/** Both texts in words, each marked where the other has it not. */
export function wordDifference(before: string, after: string): [Word[], Word[]] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  const plain = (text: string): Word[] => [{ text, isOwn: false }];
  if (a.length > most || b.length > most) return [plain(before), plain(after)];
  const rows = lengths(a, b);
  const [left, right]: [Word[], Word[]] = [[], []];
  for (let [i, j] = [0, 0]; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      left.push({ text: a[i++]!, isOwn: false });
      right.push({ text: b[j++]!, isOwn: false });
    } else if (j >= b.length || (i < a.length && rows[i + 1]![j]! >= rows[i]![j + 1]!))
      left.push({ text: a[i++]!, isOwn: true });
    else right.push({ text: b[j++]!, isOwn: true });
  }
  return [left, right];
}
