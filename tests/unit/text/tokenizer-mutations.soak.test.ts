// Tokenizers' files changed at random: each is read or refused, soon, and the library that runs them does not take the
// process with it. 200,000 of them in `make soak`, a slice in every run; the seed fixes which.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { filesMadeBy, type NamedFiles } from "../../../src/core/named-files.ts";
import type { Random } from "../../../src/core/random.ts";
import { loadTokenizer } from "../../../src/text/index.ts";
import {
  fuzzed,
  LONGEST_MS,
  MOST_GROWTH,
  mutatedBytes,
  mutatedJson,
  outcomeOf,
} from "../../support/mutations.ts";
import { rounds } from "../../support/soak.ts";

const NAMES = ["tokenizer.json", "tokenizer_config.json"];
const kinds = ["gpt2", "qwen", "gemma", "llama3", "unigram", "wordpiece"].map((kind) =>
  NAMES.map((name): [string, Buffer] => [
    name,
    readFileSync(new URL(`../../fixtures/text/tokenizers/${kind}/${name}`, import.meta.url)),
  ]),
);

/** In every second the values of its JSON, else its bytes. The larger file is changed more often. */
function mutatedFiles(random: Random): NamedFiles {
  const files = new Map(kinds[random.integer(kinds.length)]);
  const name = NAMES[random.integer(4) === 0 ? 1 : 0] ?? "";
  const bytes = files.get(name) ?? Buffer.alloc(0);
  const changed =
    random.integer(2) === 0
      ? JSON.stringify(mutatedJson(JSON.parse(bytes.toString()), random))
      : mutatedBytes(bytes, random).toString();
  const texts = [...files].map(([other, content]): [string, () => string] => [
    other,
    () => (other === name ? changed : content.toString()),
  ]);
  return filesMadeBy("mutated", new Map(texts));
}

async function read(files: NamedFiles): Promise<void> {
  const tokenizer = await loadTokenizer(files);
  tokenizer.decode([0, 1, 2, 5, 300, 100_000]);
  for (const token of ["a", "<s>", ""]) tokenizer.tokenToId(token);
}

const count = rounds({ slice: 600, soak: 200_000 });

test(`${count} tokenizers: no crash, no hang, no growth`, { timeout: 3_600_000 }, async () => {
  const { outcomes, slowest, growth } = await fuzzed({
    count,
    seed: 6,
    make: mutatedFiles,
    outcome: (files) => outcomeOf(() => read(files)),
  });
  const allowed = ["read", ...["020", "021", "022", "026"].map((code) => `FT-MODEL-${code}`)];
  expect([...outcomes.keys()].filter((found) => !allowed.includes(found))).toEqual([]);
  expect(outcomes.get("read")).toBeGreaterThan(0);
  expect(outcomes.size).toBeGreaterThan(2);
  expect(slowest).toBeLessThan(LONGEST_MS);
  expect(growth).toBeLessThan(MOST_GROWTH);
});
