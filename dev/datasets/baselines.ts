// What a tuned model has to beat on the text-to-SQL set: three ways to answer without learning to copy.
// Each takes examples and gives predicted queries; none reads the answers of the questions it is asked.
import { Random } from "../../src/core/random.ts";
import type { SqlExample } from "../../src/data/text-to-sql.ts";

const tokensOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/\w+/g) ?? []);

/** Tokens in common as a share of those in either (Jaccard). */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const token of a) if (b.has(token)) common += 1;
  return common / (a.size + b.size - common);
}

const questionOf = (prompt: string): string => prompt.split("\nQuestion : ").at(-1) ?? prompt;

/** Answers each prompt with the query of the most similar training question, as it stands. */
export function nearestNeighbour(
  train: readonly SqlExample[],
  prompts: readonly string[],
): string[] {
  const known = train.map(({ prompt, answer }) => ({
    tokens: tokensOf(questionOf(prompt)),
    answer,
  }));
  return prompts.map((prompt) => {
    const tokens = tokensOf(questionOf(prompt));
    let best = { similarity: -1, answer: "" };
    for (const { tokens: others, answer } of known) {
      const similarity = overlap(tokens, others);
      if (similarity > best.similarity) best = { similarity, answer };
    }
    return best.answer;
  });
}

const aggregateWords: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["COUNT", /\b(how many|number of|count)\b/i],
  ["MAX", /\b(largest|highest|greatest|maximum|most)\b/i],
  ["MIN", /\b(smallest|lowest|least|minimum|fewest)\b/i],
  ["SUM", /\b(total|sum)\b/i],
  ["AVG", /\b(average|mean)\b/i],
];

function operatorIn(words: string): string {
  if (/\b(more|greater|higher|larger|above|over|exceeding|after)\b/i.test(words)) return ">";
  return /\b(less|fewer|lower|smaller|below|under|before)\b/i.test(words) ? "<" : "=";
}

/** Columns of `Table : name ( a text , b number )` and the table's name; undefined for another prompt. */
function parsePrompt(prompt: string) {
  const match = /^Table : (\S+) \(([^)]*)\)\nQuestion : (.*)$/s.exec(prompt);
  if (match === null) return undefined;
  const [, table = "", columns = "", question = ""] = match;
  return {
    table,
    question,
    columns: columns.split(",").map((column) => column.trim().split(" ")[0] ?? ""),
  };
}

/** The mention nearest to `position`. */
function nearestTo(position: number, mentions: readonly RegExpExecArray[]): string | undefined {
  const distance = ({ index }: RegExpExecArray): number => Math.abs(index - position);
  return [...mentions].sort((a, b) => distance(a) - distance(b))[0]?.[0];
}

/**
 * A rule of key words: the first column mentioned is asked for; every literal is compared with the nearest of the
 * other columns, as the words since the literal before it say; key words choose the aggregate. Not the best rule
 * there is: one fitted to the forms (literals take the nearest columns, the column left over is asked for) answers
 * 83 % of either test.
 */
export function keywordRule(prompt: string): string {
  const parsed = parsePrompt(prompt);
  if (parsed === undefined) return "";
  const { table, question, columns } = parsed;
  const mentions = [...question.matchAll(/\w+/g)].filter(([word]) => columns.includes(word));
  const [asked, ...others] = mentions;
  if (asked === undefined) return "";
  const aggregate = aggregateWords.find(([, pattern]) => pattern.test(question))?.[0];
  let end = 0;
  const conditions = [...question.matchAll(/'[^']*'|\d+/g)].map((literal) => {
    const before = question.slice(end, literal.index);
    end = literal.index + literal[0].length;
    const column = nearestTo(literal.index, others) ?? asked[0];
    return `${column} ${operatorIn(before)} ${literal[0]}`;
  });
  const selected = aggregate === undefined ? asked[0] : `${aggregate} ( ${asked[0]} )`;
  const filter = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return `SELECT ${selected} FROM ${table}${filter}`;
}

/** The same prompts with the answers dealt out anew: what is learned from form alone. */
export function shuffledAnswers(examples: readonly SqlExample[], seed: number): SqlExample[] {
  const answers = Random.fromSeed(seed).shuffled(examples.map(({ answer }) => answer));
  return examples.map(({ prompt }, index) => ({ prompt, answer: answers[index] as string }));
}

const evenBlanks = (text: string): string => text.trim().replaceAll(/\s+/g, " ");

/** Whether two queries are the same text, blanks counted as one. */
export function isSameQuery(predicted: string, expected: string): boolean {
  return evenBlanks(predicted) === evenBlanks(expected);
}

/** Share of predictions that are the answers' query. */
export function exactMatch(predicted: readonly string[], examples: readonly SqlExample[]): number {
  const right = examples.filter(({ answer }, at) => isSameQuery(predicted[at] ?? "", answer));
  return right.length / examples.length;
}
