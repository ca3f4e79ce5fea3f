// How BLEU cuts text into words: sacrebleu's tokenizers by its names, one line each. Those that need a model of their own
// (MeCab, SentencePiece) are not here.
import { UsageError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { wordsOf } from "./ngrams.ts";

export type BleuTokenizer = (line: string) => string;

type Replacement = readonly [pattern: RegExp, by: string];

function replaced(line: string, replacements: readonly Replacement[]): string {
  return wordsOf(
    replacements.reduce((text, [pattern, by]) => text.replace(pattern, by), line),
  ).join(" ");
}

/** mteval's rules for Western languages. */
const western: readonly Replacement[] = [
  [/([{-~[-` -&(-+:-@/])/g, " $1 "],
  [/([^0-9])([.,])/gu, "$1 $2 "],
  [/([.,])([^0-9])/gu, " $1 $2"],
  [/([0-9])(-)/g, "$1 $2 "],
];

/** mteval-v14's: punctuation that no number is on both sides of, and symbols. */
const international: readonly Replacement[] = [
  [/(\P{N})(\p{P})/gu, "$1 $2 "],
  [/(\p{P})(\P{N})/gu, " $1 $2"],
  [/(\p{S})/gu, " $1 "],
];

const escapes: readonly Replacement[] = [
  [/&quot;/g, '"'],
  [/&amp;/g, "&"],
  [/&lt;/g, "<"],
  [/&gt;/g, ">"],
];

/** mteval-v13a's. */
function mteval(line: string): string {
  const joined = line.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  const plain = escapes.reduce((text, [pattern, by]) => text.replace(pattern, by), joined);
  return replaced(` ${plain} `, western);
}

/** Ranges that sacrebleu takes for Chinese; the second is as it stands there, not what its comment says. */
const chinese =
  /[\u3400-\u4db5\u2001-\u2a6d\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\uff00-\uffef\u2e80-\u2eff\u3000-\u303f\u31c0-\u31ef\u2f00-\u2fdf\u2ff0-\u2fff\u3100-\u312f\u31a0-\u31bf\ufe10-\ufe1f\ufe30-\ufe4f\u3200-\u33ff]/gu;

export const bleuTokenizers = new Registry<BleuTokenizer>(
  {
    "13a": mteval,
    intl: (line) => replaced(line, international),
    char: (line) => Array.from(line).join(" "),
    zh: (line) => replaced(line.trim().replace(chinese, " $& "), western),
    none: (line) => line,
  },
  ({ name, known }) =>
    new UsageError("FT-EVAL-001", {
      message: `Unknown BLEU tokenizer '${name}'. Supported: ${known.join(", ")}`,
      hint: "choose one of them; sacrebleu's tokenizers that need a model are not supported",
    }),
);
