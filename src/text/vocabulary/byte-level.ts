// Byte-level BPE (GPT-2's): tokens are spelled in an alphabet of 256 letters, one a byte.
import { preTokenizers } from "./pre-tokenizers.ts";
import { type Definition, idsOf, type Vocabulary } from "./vocabulary.ts";

/** A merge's two sides; the first may begin with the space that elsewhere parts them. */
export function sidesOf(merge: string): [string, string] {
  const middle = merge.indexOf(" ", 1);
  return [merge.slice(0, middle), merge.slice(middle + 1)];
}

export function byteLevel({ tokens, merges = [], pre = "gpt-2" }: Vocabulary): Definition {
  const { normalizer, steps, usesGpt2Pattern, ignoresMerges, addsBos } = preTokenizers.get(pre);
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  const pretokenizers = [...steps, { ...bytes, use_regex: usesGpt2Pattern }];
  return {
    model: {
      type: "BPE",
      vocab: idsOf(tokens),
      merges: merges.map(sidesOf),
      ignore_merges: ignoresMerges,
    },
    normalizer,
    pre_tokenizer: { type: "Sequence", pretokenizers },
    decoder: { ...bytes, use_regex: true },
    addsBos,
  };
}
