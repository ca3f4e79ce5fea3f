// What a tuned model has to beat on the text-to-SQL set: three ways to answer without learning to copy.
// Each takes examples and gives predicted queries; none reads the answers of the questions it is asked.
import { Random } from "../../src/core/random.ts";
import type { SqlExample } from "./text-to-sql-rows.ts";

/** The words of a text, a word said again being another one: `age`, `age 2`. */
function tokensOf(text: string): Set<string> {
  const times = new Map<string, number>();
  const words = text.toLowerCase().match(/\w+/g) ?? [];
  return new Set(
    words.map((word) => {
      const count = (times.get(word) ?? 0) + 1;
      times.set(word, count);
      return count === 1 ? word : `${word} ${count}`;
    }),
  );
}

/** Tokens in common as a share of those in either (Jaccard). */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const token of a) if (b.has(token)) common += 1;
  return common / (a.size + b.size - common);
}

/** Answers each prompt with the query of the most similar training prompt, as it stands. */
export function nearestNeighbour(
  train: readonly SqlExample[],
  prompts: readonly string[],
): string[] {
  const known = train.map(({ prompt, answer }) => ({ tokens: tokensOf(prompt), answer }));
  return prompts.map((prompt) => {
    const tokens = tokensOf(prompt);
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

/** Columns of `Table: name ( a text , b number )` and the table's name; undefined for another prompt. */
function parsePrompt(prompt: string) {
  const match = /^Table: (\S+) \(([^)]*)\)\nQuestion: (.*)$/s.exec(prompt);
  if (match === null) return undefined;
  const [, table = "", columns = "", question = ""] = match;
  return {
    table,
    question,
    columns: columns.split(",").map((column) => column.trim().split(" ")[0] ?? ""),
  };
}

/**
 * A rule of key words: the first column mentioned is asked for; a later one is a condition when a
 * literal follows it, compared as the words between say; key words choose the aggregate.
 */
export function keywordRule(prompt: string): string {
  const parsed = parsePrompt(prompt);
  if (parsed === undefined) return "";
  const { table, question, columns } = parsed;
  const mentions = [...question.matchAll(/\w+/g)].filter(([word]) => columns.includes(word));
  const [asked, ...rest] = mentions;
  if (asked === undefined) return "";
  const aggregate = aggregateWords.find(([, pattern]) => pattern.test(question))?.[0];
  const conditions = rest.flatMap((mention, order) => {
    const end = rest[order + 1]?.index ?? question.length;
    const following = question.slice(mention.index + mention[0].length, end);
    const literal = /'[^']*'|\d+/.exec(following);
    if (literal === null) return [];
    return [`${mention[0]} ${operatorIn(following.slice(0, literal.index))} ${literal[0]}`];
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

/** Share of predictions equal to the answers once blanks at the ends are gone. */
export function exactMatch(predicted: readonly string[], examples: readonly SqlExample[]): number {
  const right = examples.filter(({ answer }, index) => predicted[index]?.trim() === answer.trim());
  return right.length / examples.length;
}
