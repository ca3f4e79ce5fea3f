// Heads and feet that run through a document, and page numbers: lines at one height at the top or the bottom of many
// pages whose words are the same but for digits. Of fewer than three pages nothing can be told.
import type { Line } from "./lines.ts";

/** Lines at each end of a page that may be such. */
const OUTERMOST = 3;
const FEWEST_PAGES = 3;
/** Of pages: those that have one on even pages and another on odd ones have each on half. */
const SHARE = 0.4;

const patternOf = ({ text }: Line): string => text.replaceAll(/\d+/g, "#").slice(0, 200);
const keyOf = (line: Line): string => `${Math.round(line.y / 3)} ${patternOf(line)}`;

/** The lines of a page from top to bottom that may run through. */
function outermost(page: readonly Line[]): Line[] {
  const sorted = page.toSorted((one, other) => other.y - one.y);
  return [...new Set([...sorted.slice(0, OUTERMOST), ...sorted.slice(-OUTERMOST)])];
}

/** Takes them out of the pages; gives what they say, once each. */
export function withoutFurniture(pages: readonly Line[][]): { pages: Line[][]; left: string[] } {
  const counts = new Map<string, number>();
  for (const page of pages)
    for (const key of new Set(outermost(page).map(keyOf)))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  const least = Math.max(FEWEST_PAGES, pages.length * SHARE);
  const runs = (line: Line): boolean => (counts.get(keyOf(line)) ?? 0) >= least;
  const left = new Set<string>();
  const kept = pages.map((page) => {
    const furniture = new Set(outermost(page).filter(runs));
    for (const line of furniture) left.add(patternOf(line));
    return page.filter((line) => !furniture.has(line));
  });
  return { pages: kept, left: [...left] };
}
