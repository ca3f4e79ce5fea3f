// What makes one row unlike the next, drawn from a seed: kinds of questions, askers and answers. The same seed and place
// give the same row to write, whatever else has been written.
import { Random } from "../../core/random.ts";
import type { PromptValues } from "./prompts.ts";

export const VARIETIES = ["low", "medium", "high"] as const;
export type Variety = (typeof VARIETIES)[number];

const QUESTIONS = [
  "about a fact that is stated",
  "how something is done, step by step",
  "why something is as it is",
  "about the difference between two things",
  "about a concrete case in which the reader must apply what is said",
  "about what to do when something goes wrong",
  "about an exception or a limit",
  "about what follows if a condition changes",
  "for a short overview",
  "based on a misunderstanding that the answer clears up kindly",
] as const;

const PERSONS = [
  "new to the matter",
  "an expert who wants details",
  "in a hurry and writes tersely",
  "polite and writes in full sentences",
  "unsure of the right words",
  "someone who describes their situation first",
  "doubtful and wants reasons",
] as const;

const ANSWERS = [
  "short and direct",
  "a short explanation with an example",
  "a list of steps where there are any",
  "one careful paragraph",
] as const;

/** Mistakes for a mentor to work with. */
const MISTAKES = [
  "a rule applied where it does not hold",
  "two notions taken for one",
  "a step that is left out",
  "cause and effect the wrong way round",
  "a word understood in its everyday sense",
  "one example taken for a proof",
  "the right result for a wrong reason",
] as const;

const drawn = <T>(from: readonly T[], random: Random): T => from[random.integer(from.length)]!;

/** In an order of the seed's, each once before any comes again. */
function inTurn<T>(from: readonly T[], turn: number, random: Random): T {
  return from[(turn + random.integer(from.length)) % from.length]!;
}

export interface VarietyPlace {
  seed: number;
  variety: Variety;
  /** Which row of the job it is. */
  row: number;
  /** How many rows before it rest on the same piece of text. */
  turn: number;
  isScaffold: boolean;
}

/** What the prompt says of this row. */
export function varied({ seed, variety, row, turn, isScaffold }: VarietyPlace): PromptValues {
  const random = Random.fromSeed(seed);
  const own = random.split(`row ${row}`);
  const kinds = isScaffold ? MISTAKES : QUESTIONS;
  const question = inTurn<string>(kinds, turn, random.split("questions"));
  if (variety === "low") return isScaffold ? { question } : {};
  if (variety === "medium") return { question };
  return { question, person: drawn(PERSONS, own), answer: drawn(ANSWERS, own) };
}
