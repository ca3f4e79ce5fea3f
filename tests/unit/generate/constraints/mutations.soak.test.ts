// Schemas, expressions and grammars changed at random: each is compiled or refused by code, soon, and what is compiled
// can be written. 20,000 of each in `make soak`, a slice in every run; the seed fixes which.
import { expect, test } from "vitest";
import { FtError } from "../../../../src/core/errors.ts";
import { Random } from "../../../../src/core/random.ts";
import {
  grammarConstraint,
  jsonSchemaConstraint,
  regexConstraint,
} from "../../../../src/generate/constraints/index.ts";
import { byteVocabulary, randomText } from "../../../support/constraints.ts";
import { fuzzed, mutatedBytes, mutatedJson } from "../../../support/mutations.ts";
import { rounds } from "../../../support/soak.ts";
import { schemas } from "./schemas.ts";

const count = rounds({ slice: 300, soak: 20_000 });
const timeout = 3_600_000;
/** Combinations of automata are cut off by their states, which takes a second or two. */
const longest = 8000;

async function holds<Input>(
  seed: number,
  make: (random: Random) => Input,
  compile: (input: Input) => Parameters<typeof randomText>[0],
): Promise<void> {
  const outcome = (input: Input): Promise<string> => Promise.resolve(outcomeOf(input, compile));
  const { outcomes, slowest } = await fuzzed({ count, seed, make, outcome });
  const codes = ["001", "002", "003", "004"].map((code) => `FT-CONSTRAINT-${code}`);
  expect(
    [...outcomes.keys()].filter((found) => found !== "read" && !codes.includes(found)),
  ).toEqual([]);
  expect(outcomes.get("read")).toBeGreaterThan(0);
  expect(slowest).toBeLessThan(longest);
}

/** "read": compiled, and some of a text was written. */
function outcomeOf<Input>(
  input: Input,
  compile: (input: Input) => Parameters<typeof randomText>[0],
): string {
  try {
    randomText(compile(input), byteVocabulary, Random.fromSeed(1), { most: 60 });
    return "read";
  } catch (error) {
    return error instanceof FtError ? error.code : String(error);
  }
}

const picked = <Item>(items: readonly Item[], random: Random): Item =>
  items[random.integer(items.length)] as Item;

test(`${count} schemas`, { timeout }, async () => {
  const make = (random: Random): unknown => {
    const [, schema] = picked(schemas, random);
    const once = mutatedJson(JSON.parse(JSON.stringify(schema)), random);
    return random.integer(2) === 0 ? once : mutatedJson(once, random);
  };
  await holds(1, make, (schema) => jsonSchemaConstraint(schema, byteVocabulary));
});

const patterns = schemas.flatMap(([, schema]) => {
  const pattern = (schema as { pattern?: unknown } | null)?.pattern;
  return typeof pattern === "string" ? [pattern] : [];
});

test(`${count} expressions`, { timeout }, async () => {
  const make = (random: Random): string =>
    mutatedBytes(Buffer.from(picked(patterns, random)), random).toString("utf8");
  await holds(2, make, (pattern) => regexConstraint(pattern, byteVocabulary));
});

const grammars = [
  'root ::= "(" root ")" | num ("," num)*\nnum ::= [0-9]{1,2} # number',
  'root ::= obj\nobj ::= "{" (pair ("," pair)*)? "}"\npair ::= str ":" val\nstr ::= "\\"" [^"\\\\]* "\\""\nval ::= str | obj | "true"',
];

test(`${count} grammars`, { timeout }, async () => {
  const make = (random: Random): string =>
    mutatedBytes(Buffer.from(picked(grammars, random)), random).toString("utf8");
  await holds(3, make, (grammar) => grammarConstraint(grammar, byteVocabulary));
});
