// How byte-level vocabularies cut text before their merges, by the names of llama.cpp. The next is one line.
// Expressions are those of each model's own tokenizer.json; llama.cpp spells some otherwise, for its own engine.
import { ModelError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";

export interface PreTokenizer {
  normalizer: unknown;
  /** In front of the bytes' alphabet. */
  steps: readonly unknown[];
  /** GPT-2's own expression, which the library has built in. */
  usesGpt2Pattern: boolean;
  /** A piece that is a token stays one, whatever the merges say. */
  ignoresMerges: boolean;
  addsBos: boolean;
}

const plain: PreTokenizer = {
  normalizer: null,
  steps: [],
  usesGpt2Pattern: true,
  ignoresMerges: false,
  addsBos: false,
};

/** Each digit by itself. */
const digits: PreTokenizer = { ...plain, steps: [{ type: "Digits", individual_digits: true }] };

function pattern(expression: string): PreTokenizer {
  const split = {
    type: "Split",
    pattern: { Regex: expression },
    behavior: "Isolated",
    invert: false,
  };
  return { ...plain, steps: [split], usesGpt2Pattern: false };
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const marksAndSpaces = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const words = String.raw`[^\r\n\p{L}\p{N}]?\p{L}+`;

const oneDigit = pattern(String.raw`${contractions}|${words}|\p{N}|${marksAndSpaces}`);
/** Composed before it is cut, as Qwen's own tokenizer does; llama.cpp leaves text as it is. */
const qwen2: PreTokenizer = { ...oneDigit, normalizer: { type: "NFC" } };
const threeDigits = pattern(String.raw`${contractions}|${words}|\p{N}{1,3}|${marksAndSpaces}`);
const llama3: PreTokenizer = { ...threeDigits, ignoresMerges: true, addsBos: true };

const upper = String.raw`\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`;
const lower = String.raw`\p{Ll}\p{Lm}\p{Lo}\p{M}`;
const marksAndSlashes = String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** Words end where capitals begin again. */
function cased(behind: string, numbers: string): PreTokenizer {
  const before = String.raw`[^\r\n\p{L}\p{N}]?`;
  const words = `${before}[${upper}]*[${lower}]+${behind}|${before}[${upper}]+[${lower}]*${behind}`;
  return pattern(`${words}|${numbers}|${marksAndSlashes}`);
}

const tekken: PreTokenizer = {
  ...cased("", String.raw`\p{N}`),
  ignoresMerges: true,
  addsBos: true,
};
const gpt4o = cased(`${contractions}?`, String.raw`\p{N}{1,3}`);
/** Marks belong to the letters that they stand on. */
const qwen35: PreTokenizer = {
  ...pattern(
    String.raw`${contractions}|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ),
  normalizer: { type: "NFC" },
};

export const preTokenizers = new Registry<PreTokenizer>(
  {
    "gpt-2": plain,
    "phi-2": plain,
    mpt: plain,
    olmo: plain,
    smollm: digits,
    starcoder: digits,
    refact: digits,
    "command-r": digits,
    codeshell: digits,
    "llama-bpe": llama3,
    llama3,
    "llama-v3": llama3,
    dbrx: threeDigits,
    "smaug-bpe": threeDigits,
    qwen2,
    "deepseek-r1-qwen": oneDigit,
    lfm2: llama3,
    tekken,
    "gpt-4o": gpt4o,
    qwen35,
  },
  ({ name, known }) =>
    new ModelError("FT-MODEL-025", {
      message: `Unknown pre-tokenizer '${name}'. Supported: [${known.join(", ")}]`,
      hint: "choose the model's Hugging Face version, which has a tokenizer.json",
    }),
);
