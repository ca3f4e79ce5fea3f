// Makes the tokenizer of builtin/tiny: byte-level BPE in which every word of the generated data is one token, and so is
// a quoted one ('Tom'): with the quotes apart, what comes before every value is the same token, and values were not copied.
// Whole words come from `ignore_merges` (a pre-token in the vocabulary is a token); anything else falls to pieces and bytes.
import { mkdirSync, writeFileSync } from "node:fs";
import { columnNames, numberWords, quotedWords, tableNames, verbs } from "../datasets/words.ts";

const outputFolder = "data/models/builtin-tiny";
const pieceCount = 250;

/** GPT-2's printable stand-in for each byte. */
function byteSymbols(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
    return String.fromCodePoint(printable ? byte : next++);
  });
}

const symbols = byteSymbols();
const asSymbols = (text: string): string =>
  [...Buffer.from(text, "utf8")].map((byte) => symbols[byte]).join("");

const glue =
  `the a an of in is are was and or for with to by from at on as it its how many much what which who
whose where when that this these has have had do does than more less over under above below greater smaller
higher lower larger least most equal exactly being exceeding short number sum mean average total largest smallest
highest lowest maximum minimum greatest all any each every some not no yes only show list give find tell me
count return get name names there can you we they he she say says about see know entries rows records table
columns column question value values per every between after before up down out same other first last word
again answer query writes one two three`.split(/\s+/);
const openings =
  `What Which How Who List Show Give Find Tell Count Return Get Name For Of In The A An Its It Is Are
Repeat Say Describe Names First Last Write Table Columns Question SQL Answer Some All Among`.split(
    /\s+/,
  );
const keywords =
  `SELECT FROM WHERE AND COUNT MAX MIN SUM AVG CREATE TABLE INSERT INTO VALUES`.split(/\s+/);
const types = ["number", "text"];
const marks = Array.from(".,;:?!()<>='\"-*/");

const spaced = (words: Iterable<string>): string[] => [...words].map((word) => ` ${word}`);

/** In the order of their ids; those of the first lines also stand at the start of a line. */
const words = [
  ...keywords,
  ...openings,
  ...spaced([...keywords, ...openings, ...glue, ...types, ...marks]),
  "--",
  "user",
  "assistant",
  "system",
  ...spaced(tableNames),
  ...spaced(columnNames),
  ...spaced(verbs),
  ...spaced(quotedWords),
  ...spaced(numberWords),
  ...tableNames,
];

/** The most frequent pairs inside the words, merged one after another (Sennrich et al. 2016). */
function learnMerges(corpus: readonly string[], count: number): [string, string][] {
  let pieces = corpus.map((word) => Array.from(asSymbols(word)));
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const word of pieces) {
      for (let at = 1; at < word.length; at++) {
        const pair = `${word[at - 1]}\u0000${word[at]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      }
    }
    const [best] = [...pairs].reduce((a, b) => (b[1] > a[1] ? b : a));
    const [left = "", right = ""] = best.split("\u0000");
    merges.push([left, right]);
    pieces = pieces.map((word) => merged(word, left, right));
  }
  return merges;
}

function merged(word: readonly string[], left: string, right: string): string[] {
  const result: string[] = [];
  for (let at = 0; at < word.length; at++) {
    const joins = word[at] === left && word[at + 1] === right;
    result.push(joins ? left + right : (word[at] ?? ""));
    if (joins) at++;
  }
  return result;
}

const special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"];
const merges = learnMerges(words, pieceCount);
const vocabulary = [
  ...new Set([
    ...special,
    ...symbols,
    ...merges.map(([left, right]) => left + right),
    ...words.map(asSymbols),
  ]),
];

const tokenizer = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: special.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: null,
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      {
        type: "Split",
        pattern: { Regex: "--| ?'\\p{L}+'| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]|\\s" },
        behavior: "Isolated",
        invert: false,
      },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
    ],
  },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: true,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    merges,
  },
};

const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

const tokenizerConfig = {
  tokenizer_class: "PreTrainedTokenizerFast",
  eos_token: "<|im_end|>",
  pad_token: "<|pad|>",
  clean_up_tokenization_spaces: false,
  model_max_length: 512,
  chat_template: chatTemplate,
};

const modelConfig = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  vocab_size: vocabulary.length,
  hidden_size: 192,
  intermediate_size: 512,
  num_hidden_layers: 4,
  num_attention_heads: 6,
  num_key_value_heads: 6,
  hidden_act: "silu",
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
  attention_bias: false,
  mlp_bias: false,
  bos_token_id: 0,
  eos_token_id: 2,
  pad_token_id: 3,
  torch_dtype: "bfloat16",
};

mkdirSync(outputFolder, { recursive: true });
const files = {
  "tokenizer.json": tokenizer,
  "tokenizer_config.json": tokenizerConfig,
  "config.json": modelConfig,
  "generation_config.json": { eos_token_id: [0, 2], pad_token_id: 3 },
};
for (const [name, content] of Object.entries(files))
  writeFileSync(`${outputFolder}/${name}`, `${JSON.stringify(content)}\n`);
process.stdout.write(`${vocabulary.length} tokens written to ${outputFolder}\n`);
