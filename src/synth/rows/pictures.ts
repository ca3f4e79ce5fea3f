// What a dataset looks like: how long its rows are, how many turns they have, and how they lie in topics, languages,
// splits and roles, as numbers to be drawn. Counts row by row; memory does not grow with the rows.
import { detectLanguage } from "../../text/told-language.ts";
import { exchangesIn } from "../clean/cleaner.ts";
import { fieldText } from "./row-field.ts";
import { type Said, saidBy } from "./row-text.ts";

type Json = Readonly<Record<string, unknown>>;

export interface Bar {
  /** From here on. */
  from: number;
  /** Up to here, not with it; null for all that is longer. */
  to: number | null;
  rows: number;
}

export interface Lengths {
  mean: number;
  least: number;
  median: number;
  /** Nine of ten have at most so many. */
  ninth: number;
  most: number;
  bars: Bar[];
}

export interface Share {
  name: string;
  rows: number;
}

export interface Pictures {
  rows: number;
  characters: Lengths;
  answers: Lengths;
  turns: Lengths;
  topics: Share[];
  languages: Share[];
  splits: Share[];
  roles: Share[];
}

const mostBars = 24;

/** 1, 2 or 5 times a power of ten: at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10;
  return Math.max(1, step * power);
}

class Measured {
  readonly #counts = new Map<number, number>();
  #rows = 0;
  #total = 0;

  add(value: number): void {
    this.#rows++;
    this.#total += value;
    // above a thousand three digits are enough: so there are never more than some thousand numbers
    const unit = value < 1000 ? 1 : 10 ** (Math.floor(Math.log10(value)) - 2);
    const kept = Math.round(value / unit) * unit;
    this.#counts.set(kept, (this.#counts.get(kept) ?? 0) + 1);
  }

  result(): Lengths {
    const values = [...this.#counts].toSorted(([a], [b]) => a - b);
    const at = (share: number): number => {
      let left = share * (this.#rows - 1);
      for (const [value, count] of values) {
        if (left < count) return value;
        left -= count;
      }
      return values.at(-1)?.[0] ?? 0;
    };
    const [least, most] = [values[0]?.[0] ?? 0, values.at(-1)?.[0] ?? 0];
    const mean = this.#rows === 0 ? 0 : this.#total / this.#rows;
    const bars = barsOf(values, at(0.98), most);
    return { mean, least, median: at(0.5), ninth: at(0.9), most, bars };
  }
}

/** Of equal width up to where nearly all rows are; one more for the few that are longer. */
function barsOf(values: readonly (readonly [number, number])[], end: number, most: number): Bar[] {
  if (values.length === 0) return [];
  const step = roundStep((end + 1) / mostBars);
  const count = Math.floor(end / step) + 1;
  const bars: Bar[] = Array.from({ length: count }, (_, place) => ({
    ...{ from: place * step, to: (place + 1) * step, rows: 0 },
  }));
  if (most >= count * step) bars.push({ from: count * step, to: null, rows: 0 });
  for (const [value, rows] of values) {
    const bar = bars[Math.min(Math.floor(value / step), bars.length - 1)];
    if (bar !== undefined) bar.rows += rows;
  }
  return bars;
}

/** Values of a field that are counted apart. */
const mostValues = 2000;
const toldValues = 40;

class Named {
  readonly #counts = new Map<string, number>();
  #others = 0;

  add(name: string | undefined): void {
    if (name === undefined || name === "") return;
    const before = this.#counts.get(name);
    if (before === undefined && this.#counts.size >= mostValues) this.#others++;
    else this.#counts.set(name, (before ?? 0) + 1);
  }

  result(): Share[] {
    const sorted = [...this.#counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const told = sorted.slice(0, toldValues).map(([name, rows]) => ({ name, rows }));
    const rest = sorted.slice(toldValues).reduce((sum, [, rows]) => sum + rows, this.#others);
    return rest === 0 ? told : [...told, { name: "others", rows: rest }];
  }
}

const languageNames = new Intl.DisplayNames("en", { type: "language" });

function languageOf(said: readonly Said[]): string {
  const text = said
    .filter(({ role }) => role !== "system")
    .map(({ text: own }) => own)
    .join("\n")
    .slice(0, 600);
  const found = detectLanguage(text);
  if (found.language === "" || !found.isReliable()) return "not told";
  return languageNames.of(found.language) ?? found.language;
}

/** A language that a row names by its tag, as people read it. */
function namedLanguage(name: string | undefined): string | undefined {
  if (name === undefined || !/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(name)) return name;
  return languageNames.of(name) ?? name;
}

export class PicturesOf {
  readonly #lengths = {
    characters: new Measured(),
    answers: new Measured(),
    turns: new Measured(),
  };
  readonly #named = {
    topics: new Named(),
    languages: new Named(),
    splits: new Named(),
    roles: new Named(),
  };
  #rows = 0;

  /** `beside` is what is known of the row and does not stand in it. */
  add(row: Json, beside: Json = {}): void {
    this.#rows++;
    const said = saidBy(row);
    const exchanges = exchangesIn(said);
    const field = (name: string): string | undefined =>
      fieldText(row, name)?.slice(0, 100) ?? fieldText(beside, name)?.slice(0, 100);
    this.#lengths.characters.add(said.reduce((sum, { text }) => sum + text.length, 0));
    this.#lengths.turns.add(exchanges.length);
    for (const { answer } of exchanges) this.#lengths.answers.add(answer.length);
    this.#named.topics.add(field("topic") ?? field("subdomain") ?? field("category"));
    this.#named.splits.add(field("split"));
    this.#named.languages.add(namedLanguage(field("language")) ?? languageOf(said));
    for (const { role } of said) this.#named.roles.add(role);
  }

  result(): Pictures {
    const { characters, answers, turns } = this.#lengths;
    const { topics, languages, splits, roles } = this.#named;
    return {
      rows: this.#rows,
      ...{ characters: characters.result(), answers: answers.result(), turns: turns.result() },
      ...{ topics: topics.result(), languages: languages.result() },
      ...{ splits: splits.result(), roles: roles.result() },
    };
  }
}
