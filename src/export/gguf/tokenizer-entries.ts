// A vocabulary as the keys of a .gguf file. weights/gguf/vocabulary.ts reads them.
import type { Vocabulary } from "../../text/vocabulary/vocabulary.ts";
import { f32s, flag, type GgufEntry, i32s, text, texts, u32 } from "../../weights/gguf/entries.ts";

/** Names of tokenizer_config.json, and those of the format. */
const roleKeys: Readonly<Record<string, string>> = {
  bos_token: "bos_token_id",
  eos_token: "eos_token_id",
  unk_token: "unknown_token_id",
  pad_token: "padding_token_id",
};

const stopKeys = ["eot_token_id", "eom_token_id"];

const known = <T>(value: T | undefined, entry: (value: T) => GgufEntry): GgufEntry | undefined =>
  value === undefined ? undefined : entry(value);

function ids({ roles, stops }: Vocabulary): Record<string, GgufEntry | undefined> {
  const named = Object.entries(roleKeys).map(([role, key]) => [key, known(roles[role], u32)]);
  const ends = stopKeys.map((key, at) => [key, known(stops[at], u32)]);
  return Object.fromEntries([...named, ...ends]) as Record<string, GgufEntry | undefined>;
}

export const CHAT_TEMPLATE = "tokenizer.chat_template";

/** In the order in which llama.cpp's converter writes them. */
export function tokenizerEntries(vocabulary: Vocabulary): Map<string, GgufEntry> {
  const { kind, pre, tokens, types, scores, merges } = vocabulary;
  const entries: Record<string, GgufEntry | undefined> = {
    model: text(kind),
    pre: known(pre, text),
    tokens: texts(tokens),
    scores: known(scores, (values) => f32s(Array.from(values))),
    token_type: known(types, (values) => i32s(Array.from(values))),
    merges: known(merges, texts),
    ...ids(vocabulary),
    add_bos_token: known(vocabulary.addBos, flag),
    add_eos_token: known(vocabulary.addEos, flag),
    add_space_prefix: known(vocabulary.addSpacePrefix, flag),
  };
  const own = Object.entries(entries).map(([key, entry]): [string, GgufEntry | undefined] => [
    `tokenizer.ggml.${key}`,
    entry,
  ]);
  const all = [...own, [CHAT_TEMPLATE, known(vocabulary.chatTemplate, text)] as const];
  return new Map(all.filter((one): one is [string, GgufEntry] => one[1] !== undefined));
}
