// Tables with a column of questions and one of answers: as readers give them, and as bars or tabs draw them in text.
import type { Span, Table } from "../../sources/types.ts";
import { questionSides } from "../lexicon/question-words.ts";
import { sideOf } from "../lexicon/speaker-roles.ts";
import { findPairs, type Pair, type PairEvidence } from "../questions/pairs.ts";
import { folded, isBlankCode } from "../text/characters.ts";
import type { Stretch } from "../text/stretch.ts";
import { asks } from "../turns/evidence.ts";
import type { Rule } from "./rule.ts";

type Row = readonly Span[];

interface Grid {
  readonly header: Row | undefined;
  readonly rows: readonly Row[];
}

function trimmedCell(text: string, from: number, to: number): Span {
  let [start, end] = [from, to];
  while (start < end && isBlankCode(text.charCodeAt(start))) start += 1;
  while (end > start && isBlankCode(text.charCodeAt(end - 1))) end -= 1;
  return [start, end];
}

function cells(stretch: Stretch, line: number, mark: string): Row {
  const { lines, text } = stretch;
  const found: Span[] = [];
  let from = lines.start(line);
  const end = lines.end(line);
  for (let at = from; at <= end; at += 1) {
    if (at < end && (text.charAt(at) !== mark || text.charAt(at - 1) === "\\")) continue;
    found.push(trimmedCell(text, from, at));
    from = at + 1;
  }
  const empty = (cell: Span | undefined): boolean => cell !== undefined && cell[0] === cell[1];
  if (mark === "|" && empty(found[0])) found.shift();
  if (mark === "|" && empty(found.at(-1))) found.pop();
  return found;
}

/** Lines that have the mark, found in one pass. */
function linesWith({ text, lines }: Stretch, mark: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (let from = 0, at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, from)) {
    const line = lines.lineAt(at);
    const inside = at >= lines.ink(line) && at < lines.end(line);
    if (inside) found.add(line);
    from = inside ? Math.max(at + 1, lines.end(line)) : at + 1;
  }
  return found;
}

function isDivider(stretch: Stretch, line: number): boolean {
  const text = stretch.lines.trimmed(line);
  if (text.length < 3) return false;
  for (const character of text) if (!"|-:+=━─┼ ".includes(character)) return false;
  return true;
}

/** Lines in a row that all have the mark, as a grid. */
function drawn(stretch: Stretch, mark: string): Grid[] {
  const marked = linesWith(stretch, mark);
  const grids: Grid[] = [];
  if (marked.size < 2) return grids;
  let rows: Row[] = [];
  const close = (): void => {
    if (rows.length >= 2) grids.push({ header: rows[0], rows: rows.slice(1) });
    rows = [];
  };
  for (let line = 0; line < stretch.lines.count; line += 1) {
    if (!marked.has(line)) {
      if (!isDivider(stretch, line) && !(mark === "\t" && stretch.lines.isBlank(line))) close();
    } else if (!isDivider(stretch, line)) rows.push(cells(stretch, line, mark));
  }
  close();
  return grids;
}

function gridOf({ header, rows }: Table): Grid {
  return header === undefined ? { header: rows[0], rows: rows.slice(1) } : { header, rows };
}

type Column = "question" | "answer" | undefined;

function columnOf(title: string): Column {
  const words = folded(title)
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== "");
  for (const word of words) {
    const sides = questionSides(word.replace(/s$|en$|n$/, "")) ?? questionSides(word);
    if (sides !== undefined && (word.length > 1 || words.length === 1))
      return sides.question.size >= sides.answer.size ? "question" : "answer";
    const side = sideOf(word);
    if (side === "asks") return "question";
    if (side === "answers") return "answer";
  }
  return undefined;
}

interface Columns {
  readonly question: number;
  readonly answer: number;
  readonly headed: boolean;
}

function headedColumns(stretch: Stretch, header: Row): Columns | undefined {
  const columns = header.map(([start, end]) =>
    columnOf(stretch.text.slice(start, Math.min(end, start + 60))),
  );
  const question = columns.indexOf("question");
  const answer = columns.indexOf("answer");
  return question === -1 || answer === -1 ? undefined : { question, answer, headed: true };
}

/** Without titles that say it: a column of questions before one that asks nothing. */
function askedColumns(stretch: Stretch, rows: readonly Row[]): Columns | undefined {
  const width = Math.min(6, rows[0]?.length ?? 0);
  for (let column = 0; column + 1 < width; column += 1) {
    const share = (index: number): number =>
      rows.filter((row) => asks(stretch.text.slice(row[index]?.[0], row[index]?.[1]))).length /
      rows.length;
    if (rows.length >= 3 && share(column) >= 0.8 && share(column + 1) < 0.3)
      return { question: column, answer: column + 1, headed: false };
  }
  return undefined;
}

function pairsIn(rows: readonly Row[], { question, answer }: Columns): Pair[] {
  return rows.flatMap((row) => {
    const [asked, told] = [row[question], row[answer]];
    if (asked === undefined || told === undefined || asked[0] >= asked[1] || told[0] >= told[1])
      return [];
    return [{ start: Math.min(asked[0], told[0]), question: [asked], answer: [told] }];
  });
}

function judgeOf(headed: boolean): (evidence: PairEvidence) => number {
  return ({ pairs, asking, sentences, words }) => {
    if (asking < (headed ? 0.3 : 0.8) && (sentences < 0.5 || words < 3)) return 0;
    return Math.min(0.98, (headed ? 0.8 : 0.65) + 0.04 * Math.min(3, pairs) + 0.08 * asking);
  };
}

function findingsIn(stretch: Stretch, { header, rows }: Grid): ReturnType<typeof findPairs> {
  const headed = header === undefined ? undefined : headedColumns(stretch, header);
  const all = header === undefined ? rows : [header, ...rows];
  const columns = headed ?? askedColumns(stretch, all);
  if (columns === undefined) return [];
  return findPairs(stretch, pairsIn(columns.headed ? rows : all, columns), judgeOf(columns.headed));
}

function grids(stretch: Stretch): Grid[] {
  const tables = stretch.blocks.filter((block) => block.type === "table");
  if (tables.length > 0) return tables.map(gridOf);
  return [...drawn(stretch, "|"), ...drawn(stretch, "\t")];
}

export const tables: Rule = {
  about: "tables with a question column and an answer column",
  find: (stretch) => grids(stretch).flatMap((grid) => findingsIn(stretch, grid)),
};
