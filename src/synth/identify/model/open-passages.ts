// Which passages of a text look like talk though no rule took them: lines that ask and lines that speak to somebody.
// Without such passages a model has nothing to decide and is not called.
import { talks } from "../lexicon/talk-words.ts";
import type { Claim } from "../resolve.ts";
import type { Stretch } from "../text/stretch.ts";
import { asks } from "../turns/evidence.ts";

/** Lines shown at once. */
const longest = 200;

export type LineSpan = readonly [first: number, last: number];

function isClaimed(stretch: Stretch, claims: readonly Claim[]): boolean[] {
  const claimed = Array.from({ length: stretch.lines.count }, () => false);
  for (const { start, end } of claims)
    for (let line = stretch.lines.lineAt(start); line <= stretch.lines.lineAt(end - 1); line += 1)
      claimed[line] = true;
  return claimed;
}

function free(stretch: Stretch, claims: readonly Claim[], limit: number): LineSpan[] {
  const claimed = isClaimed(stretch, claims);
  const found: [number, number][] = [];
  const end = stretch.lines.lineAt(Math.max(0, limit - 1)) + 1;
  for (let line = 0; line < end; line += 1) {
    if (claimed[line] === true) continue;
    const last = found.at(-1);
    if (last !== undefined && last[1] === line && line - last[0] < longest) last[1] = line + 1;
    else found.push([line, line + 1]);
  }
  return found;
}

/** Three lines that ask, and as many again that speak to somebody, among not too many others. */
function looksLikeTalk(stretch: Stretch, [first, last]: LineSpan): boolean {
  let [inked, asking, talking] = [0, 0, 0];
  for (let line = first; line < last; line += 1) {
    if (stretch.lines.isBlank(line)) continue;
    const text = stretch.lines.trimmed(line).slice(0, 600);
    inked += 1;
    if (asks(text)) asking += 1;
    if (talks(text)) talking += 1;
  }
  return asking >= 2 && talking >= 3 && talking >= inked * 0.25;
}

export function openPassages(
  stretch: Stretch,
  claims: readonly Claim[],
  limit: number,
): LineSpan[] {
  return free(stretch, claims, limit).filter((passage) => looksLikeTalk(stretch, passage));
}
