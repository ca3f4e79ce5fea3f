// What a dataset holds, in numbers: rows, turns, characters, tokens, and how they lie in splits, topics, modes, sources.
import { exchangesIn } from "../clean/cleaner.ts";
import { countRow } from "../tokens/count-row.ts";
import type { TokenCounter } from "../tokens/encodings.ts";
import type { Row } from "./row-blocks.ts";
import { fieldText } from "./row-field.ts";
import { type Said, saidBy } from "./row-text.ts";

export interface Spread {
  total: number;
  mean: number;
  least: number;
  median: number;
  /** Nine of ten rows have at most so many. */
  ninth: number;
  most: number;
}

export interface Grouped {
  rows: number;
  tokens: number;
}

export interface Statistics {
  rows: number;
  /** Rows by the form that they have. */
  forms: Record<string, number>;
  /** Messages by role. */
  roles: Record<string, number>;
  turns: Spread;
  characters: Spread;
  answerCharacters: Spread;
  tokens: Spread;
  /** By field: its values with their rows and tokens, the most frequent first. */
  by: Record<string, Record<string, Grouped>>;
}

/** Counts of each value, so that a million rows take the room of some thousand numbers. */
class Counted {
  readonly #counts = new Map<number, number>();
  #rows = 0;

  add(value: number): void {
    this.#rows++;
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  spread(): Spread {
    const values = [...this.#counts].toSorted(([a], [b]) => a - b);
    const total = values.reduce((sum, [value, count]) => sum + value * count, 0);
    const at = (share: number): number => {
      let left = share * (this.#rows - 1);
      for (const [value, count] of values) {
        if (left < count) return value;
        left -= count;
      }
      return values.at(-1)?.[0] ?? 0;
    };
    const mean = this.#rows === 0 ? 0 : total / this.#rows;
    const [least, most] = [values[0]?.[0] ?? 0, values.at(-1)?.[0] ?? 0];
    return { total, mean, least, median: at(0.5), ninth: at(0.9), most };
  }
}

function formOf({ value }: Row): string {
  if (Array.isArray(value["messages"])) return "messages";
  if (Array.isArray(value["conversations"])) return "conversations";
  if (Array.isArray(value["contents"])) return "contents";
  const sides = ["preference", "chosen", "preferred_output"];
  if (sides.some((field) => value[field] !== undefined)) return "preference";
  if (typeof value["instruction"] === "string") return "instruction";
  if (typeof value["prompt"] === "string") return "prompt";
  if (typeof value["question"] === "string") return "question";
  return typeof value["text"] === "string" ? "text" : "other";
}

/** Values of one field that are told; the rest is one value. */
const mostValues = 200;

export class StatisticsOf {
  readonly #counter: TokenCounter;
  readonly #fields: readonly string[];
  readonly #forms = new Map<string, number>();
  readonly #roles = new Map<string, number>();
  readonly #by = new Map<string, Map<string, Grouped>>();
  readonly #counted = {
    turns: new Counted(),
    characters: new Counted(),
    answerCharacters: new Counted(),
    tokens: new Counted(),
  };
  #rows = 0;

  constructor(counter: TokenCounter, fields: readonly string[]) {
    this.#counter = counter;
    this.#fields = fields;
  }

  add(row: Row): void {
    const said = saidBy(row.value);
    const tokens = countRow(this.#counter, row.value);
    this.#rows++;
    tally(this.#forms, formOf(row));
    for (const { role } of said) tally(this.#roles, role);
    this.#addLengths(said, tokens);
    for (const field of this.#fields) this.#addGroup(field, fieldText(row.value, field), tokens);
  }

  result(): Statistics {
    const { turns, characters, answerCharacters, tokens } = this.#counted;
    return {
      rows: this.#rows,
      forms: Object.fromEntries(this.#forms),
      roles: Object.fromEntries(this.#roles),
      turns: turns.spread(),
      characters: characters.spread(),
      answerCharacters: answerCharacters.spread(),
      tokens: tokens.spread(),
      by: Object.fromEntries([...this.#by].map(([field, values]) => [field, mostFrequent(values)])),
    };
  }

  #addLengths(said: readonly Said[], tokens: number): void {
    const { turns, characters, answerCharacters } = this.#counted;
    const exchanges = exchangesIn(said);
    turns.add(exchanges.length);
    characters.add(said.reduce((sum, { text }) => sum + text.length, 0));
    for (const { answer } of exchanges) answerCharacters.add(answer.length);
    this.#counted.tokens.add(tokens);
  }

  #addGroup(field: string, value: string | undefined, tokens: number): void {
    if (value === undefined) return;
    const values = this.#by.get(field) ?? new Map<string, Grouped>();
    this.#by.set(field, values);
    const { rows, tokens: before } = values.get(value) ?? { rows: 0, tokens: 0 };
    values.set(value, { rows: rows + 1, tokens: before + tokens });
  }
}

function tally(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function mostFrequent(values: ReadonlyMap<string, Grouped>): Record<string, Grouped> {
  const sorted = [...values].toSorted(([a, m], [b, n]) => n.rows - m.rows || (a < b ? -1 : 1));
  const rest = sorted.slice(mostValues).map(([, group]) => group);
  const others = rest.reduce(
    (sum, { rows, tokens }) => ({ rows: sum.rows + rows, tokens: sum.tokens + tokens }),
    { rows: 0, tokens: 0 },
  );
  const told = Object.fromEntries(sorted.slice(0, mostValues));
  return others.rows === 0 ? told : { ...told, "(others)": others };
}
