// Tokenizers' files changed at random: each is read or refused, soon, and the library that runs them does not take the
// process with it. 200,000 of them in `make soak`, a slice in every run; the seed fixes which.
import { readFileSync } from "node:fs";
import { Tokenizer } from "tokenizers";
import { expect, test } from "vitest";
import { filesMadeBy, type NamedFiles } from "../../../src/core/named-files.ts";
import type { Random } from "../../../src/core/random.ts";
import { loadTokenizer } from "../../../src/text/index.ts";
import { readTokenizerFiles } from "../../../src/text/tokenizer-files.ts";
import {
  fuzzed,
  LONGEST_MS,
  MOST_GROWTH,
  mutatedBytes,
  mutatedJson,
  outcomeOf,
} from "../../support/mutations.ts";
import { rounds } from "../../support/soak.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/text/${name}`, import.meta.url));

const NAMES = ["tokenizer.json", "tokenizer_config.json"];
const kinds = ["gpt2", "qwen", "gemma", "llama3", "unigram", "wordpiece"].map((kind) =>
  NAMES.map((name): [string, Buffer] => [name, fixture(`tokenizers/${kind}/${name}`)]),
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

/** A tokenizer in a form of its own: one of its files is changed, as JSON in every second turn where it is that. */
interface Form {
  files: ReadonlyMap<string, Buffer>;
  json: string | undefined;
}

const formOf = (json: string | undefined, ...files: [name: string, place: string][]): Form => ({
  files: new Map(files.map(([name, place]) => [name, fixture(place)])),
  json,
});

const forms: readonly Form[] = [
  formOf(undefined, ["tokenizer.model", "forms/llama-bpe/tokenizer.model"]),
  formOf(undefined, ["tokenizer.model", "small-table.model"]),
  formOf(undefined, ["tiktoken.model", "forms/tiktoken-kimi/tiktoken.model"]),
  formOf("tekken.json", ["tekken.json", "forms/tekken/tekken.json"]),
  formOf(
    "vocab.json",
    ["vocab.json", "tokenizers/gpt2-old/vocab.json"],
    ["merges.txt", "tokenizers/gpt2-old/merges.txt"],
  ),
];

/** Its table of characters is almost all of it, and looking at that takes longer than all else: one in 64. */
const largeForm = formOf(undefined, ["tokenizer.model", "forms/unigram-nfkc/tokenizer.model"]);

function mutatedForm(random: Random): NamedFiles {
  const some = forms[random.integer(forms.length)] ?? largeForm;
  const { files, json } = random.integer(64) === 0 ? largeForm : some;
  const names = [...files.keys()];
  const name = names[random.integer(names.length)] ?? "";
  const content = files.get(name) ?? Buffer.alloc(0);
  const changed =
    name === json && random.integer(2) === 0
      ? Buffer.from(JSON.stringify(mutatedJson(JSON.parse(content.toString()), random)))
      : mutatedBytes(content, random);
  return {
    at: "mutated",
    names: () => names,
    has: (one) => files.has(one),
    read: (one) => (one === name ? changed : files.get(one)),
  };
}

const said = "ﬁ e\u0301 ½ 12 <s> ｶﾞ ệ \u0344";
let loaded = 0;

/** What the library does with text, in this process: a worker for each would take longer than all else. */
async function encodeSome(files: NamedFiles): Promise<void> {
  if (loaded++ % 8 !== 0) return;
  const rust = Tokenizer.fromString(readTokenizerFiles(files).definition);
  // a refusal is as good
  await rust.encode(said).catch(() => undefined);
}

async function read(files: NamedFiles): Promise<void> {
  const tokenizer = await loadTokenizer(files);
  await encodeSome(files);
  tokenizer.decode([0, 1, 2, 5, 300, 100_000]);
  for (const token of ["a", "<s>", ""]) tokenizer.tokenToId(token);
}

const count = rounds({ slice: 600, soak: 200_000 });

const timeout = 3_600_000;

async function holds(seed: number, make: (random: Random) => NamedFiles): Promise<void> {
  const outcome = (files: NamedFiles): Promise<string> => outcomeOf(() => read(files));
  const { outcomes, slowest, growth } = await fuzzed({ count, seed, make, outcome });
  const codes = ["020", "021", "022", "025", "026"];
  const allowed = ["read", ...codes.map((code) => `FT-MODEL-${code}`)];
  expect([...outcomes.keys()].filter((found) => !allowed.includes(found))).toEqual([]);
  expect(outcomes.get("read")).toBeGreaterThan(0);
  expect(outcomes.size).toBeGreaterThan(2);
  expect(slowest).toBeLessThan(LONGEST_MS);
  expect(growth).toBeLessThan(MOST_GROWTH);
}

test(`${count} tokenizers: no crash, no hang, no growth`, { timeout }, () =>
  holds(6, mutatedFiles),
);

test(`${count} tokenizers in other forms`, { timeout }, () => holds(8, mutatedForm));
