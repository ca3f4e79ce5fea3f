// Texts by chance under schemas of many shapes: every one parses, is valid to an independent validator, and is written as
// JSON.stringify would write it. A text of a schema in every run, forty in `make soak`; seeds fix which.
import { describe, expect, test } from "vitest";
import { Random } from "../../../../src/core/random.ts";
import {
  jsonSchemaConstraint,
  type TokenVocabulary,
  vocabularyOf,
} from "../../../../src/generate/constraints/index.ts";
import { loadTokenizer } from "../../../../src/text/index.ts";
import { byteVocabulary, randomText } from "../../../support/constraints.ts";
import { validatorOf } from "../../../support/json-validator.ts";
import { rounds } from "../../../support/soak.ts";
import { schemas } from "./schemas.ts";

const folder = (path: string): string => new URL(`../../../../${path}`, import.meta.url).pathname;

async function vocabulary(path: string): Promise<TokenVocabulary> {
  const tokenizer = await loadTokenizer(folder(path));
  return vocabularyOf(tokenizer, tokenizer.vocabularySize, tokenizer.stopTokenIds);
}

const vocabularies: Readonly<Record<string, TokenVocabulary>> = {
  bytes: byteVocabulary,
  "the bundled model": await vocabulary("data/models/builtin-tiny"),
  SentencePiece: await vocabulary("tests/fixtures/text/tokenizers/llama2"),
};

const texts = rounds({ slice: 1, soak: 40 });

test("there are two hundred schemas", () => {
  expect(schemas.length).toBeGreaterThanOrEqual(200);
  expect(new Set(schemas.map(([, schema]) => JSON.stringify(schema))).size).toBe(schemas.length);
});

describe.each(Object.entries(vocabularies))("tokens of %s", (name, tokens) => {
  test.each(schemas)(`%s: ${texts} texts`, { timeout: 600_000 }, (title, schema) => {
    const constraint = jsonSchemaConstraint(schema, tokens);
    const isValid = validatorOf(schema);
    let whole = 0;
    for (let seed = 0; seed < texts; seed++) {
      const random = Random.fromSeed(seed).split(`${name} ${title}`);
      const { text, isWhole } = randomText(constraint, tokens, random);
      if (!isWhole) continue;
      whole++;
      const value: unknown = JSON.parse(text);
      expect(isValid(value), text).toBe(true);
      // The order of keys is the schema's; JavaScript puts numbers first, and a name twice is one name.
      if (!/"(\d+|__proto__)":/.test(text) && !hasTwice(text, value))
        expect(JSON.stringify(value)).toBe(text);
    }
    expect(whole).toBe(texts);
  });
});

/** Free names may come twice: the last counts. */
function hasTwice(text: string, value: unknown): boolean {
  return JSON.stringify(value).length < text.length && text.includes("{");
}
