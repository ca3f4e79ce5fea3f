// Where a text may be cut, and how well: before headings and blocks best, then between lines and sentences; rows of
// tables and code are kept together while that is possible. Words are not listed: they are looked for when needed.
import type { Block, SourcePart, Span } from "../sources/types.ts";

export interface Boundary {
  /** The next piece begins here. */
  readonly at: number;
  /** The higher, the better a place. */
  readonly strength: number;
}

export const strengths = {
  division: 80,
  /** Less by the heading's level. */
  heading: 70,
  block: 50,
  item: 45,
  /** Of lines one of which ends a sentence. */
  sentenceLine: 35,
  row: 32,
  line: 30,
  sentence: 28,
  codeLine: 12,
} as const;

/** Inside these, lines and sentences are no places to cut, but these. */
interface Kept {
  readonly span: Span;
  /** Where it may be cut all the same, worse than anywhere else. */
  readonly inner: readonly Boundary[];
}

const SENTENCE_END = /[.!?…]["'”’»)\]]{0,3}[ \t]+|[。！？]["'”’」』）]{0,3}/g;

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

function blockStrength(block: Block): number {
  if (block.type === "division") return strengths.division;
  if (block.type === "heading") return strengths.heading - block.level;
  return block.type === "list-item" ? strengths.item : strengths.block;
}

function keptOf(block: Block, { text, start }: SourcePart): Kept | undefined {
  if (block.type === "table") {
    const rows = block.rows.flatMap((row) => (row[0] === undefined ? [] : [row[0][0]]));
    const inner = rows.map((at) => ({
      at: start + lineStart(text, at - start),
      strength: strengths.row,
    }));
    return { span: block.span, inner };
  }
  if (block.type !== "code") return undefined;
  const inner: Boundary[] = [];
  const [from, to] = [block.span[0] - start, block.span[1] - start];
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1))
    inner.push({ at: start + at + 1, strength: strengths.codeLine });
  return { span: block.span, inner };
}

/** Of lines: one behind an empty line begins a paragraph, where no block says so. */
function lineBoundaries({ text, start, blocks }: SourcePart): Boundary[] {
  const found: Boundary[] = [];
  let isEmpty = false;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    const next = text.charCodeAt(at + 1);
    if (next === 0x0a || next === 0x0d) {
      isEmpty = true;
      continue;
    }
    const ends = /[.!?…。！？]["'”’»)\]]{0,3}\r?$/.test(text.slice(Math.max(0, at - 5), at));
    const plain = ends ? strengths.sentenceLine : strengths.line;
    const strength = isEmpty && blocks.length === 0 ? strengths.block : plain;
    found.push({ at: start + at + 1, strength });
    isEmpty = false;
  }
  return found;
}

function sentenceBoundaries({ text, start }: SourcePart): Boundary[] {
  return [...text.matchAll(SENTENCE_END)].map(({ index, 0: end }) => ({
    at: start + index + end.length,
    strength: strengths.sentence,
  }));
}

/** Without those inside what is kept together. */
function outside(boundaries: readonly Boundary[], kept: readonly Kept[]): Boundary[] {
  const sorted = kept.toSorted((one, other) => one.span[0] - other.span[0]);
  let next = 0;
  return boundaries.filter(({ at }) => {
    while (next < sorted.length && (sorted[next]?.span[1] ?? 0) <= at) next++;
    return at <= (sorted[next]?.span[0] ?? Infinity);
  });
}

const byPlace = (one: Boundary, other: Boundary): number => one.at - other.at;

/** Of one part, in order; the best where two are at one place. */
export function boundariesOf(part: SourcePart): Boundary[] {
  const { text, start, blocks } = part;
  const kept = blocks.flatMap((block) => keptOf(block, part) ?? []);
  const plain = [...lineBoundaries(part), ...sentenceBoundaries(part)].toSorted(byPlace);
  const ofBlocks = blocks.map((block) => ({
    at: start + lineStart(text, block.span[0] - start),
    strength: blockStrength(block),
  }));
  const all = [...outside(plain, kept), ...kept.flatMap(({ inner }) => inner), ...ofBlocks];
  const best = new Map<number, number>();
  for (const { at, strength } of all) best.set(at, Math.max(strength, best.get(at) ?? 0));
  return [...best].map(([at, strength]) => ({ at, strength })).toSorted(byPlace);
}
