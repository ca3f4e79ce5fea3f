// From a vocabulary to the files that a Hugging Face folder has for it, so that everything reads and writes one form.
import { ModelError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { byteLevel } from "./byte-level.ts";
import { framingProcessor, type Named } from "./framing.ts";
import { sentencePiece } from "./sentencepiece.ts";
import { type Definition, tokenTypes, typeOf, type Vocabulary } from "./vocabulary.ts";

const definitions = new Registry<(vocabulary: Vocabulary) => Definition>(
  { gpt2: byteLevel, llama: sentencePiece, gemma4: sentencePiece },
  ({ name, known }) =>
    new ModelError("FT-MODEL-025", {
      message: `Unknown tokenizer model '${name}'. Supported: [${known.join(", ")}]`,
      hint: "choose the model's Hugging Face version, which has a tokenizer.json",
    }),
);

/** Tokens that are found in text before anything else. */
function addedTokens(vocabulary: Vocabulary): unknown[] {
  const { control, unknown, userDefined } = tokenTypes;
  const named = new Set(Object.values(vocabulary.roles));
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return vocabulary.tokens.flatMap((content, id) => {
    const type = typeOf(vocabulary, id);
    const special = type === control || type === unknown || named.has(id);
    const isAdded = (special || type === userDefined) && content !== "";
    return isAdded ? [{ id, content, ...flags, special }] : [];
  });
}

/** What the tokenizer puts around a text: BOS before, EOS after. */
function postProcessor(vocabulary: Vocabulary, { addsBos }: Definition): unknown {
  const { roles, tokens, addBos = addsBos, addEos = false } = vocabulary;
  const named = (role: string, isWanted: boolean): Named | undefined => {
    const id = isWanted ? roles[role] : undefined;
    return id === undefined ? undefined : { id, content: tokens[id] ?? "" };
  };
  return framingProcessor(named("bos_token", addBos), named("eos_token", addEos));
}

/** tokenizer.json, as the `tokenizers` library reads it. Throws ModelError FT-MODEL-025 for kinds it does not know. */
export function tokenizerDefinition(vocabulary: Vocabulary): unknown {
  const definition = definitions.get(vocabulary.kind)(vocabulary);
  const { model, normalizer, pre_tokenizer, decoder } = definition;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    normalizer,
    pre_tokenizer,
    post_processor: postProcessor(vocabulary, definition),
    decoder,
    model,
  };
}

/** tokenizer_config.json: the special tokens by role, and the chat template. */
export function tokenizerConfig({ roles, tokens, chatTemplate }: Vocabulary): unknown {
  const named = Object.entries(roles).map(([role, id]) => [role, tokens[id]]);
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(named),
    ...(chatTemplate !== undefined && { chat_template: chatTemplate }),
  };
}

/** generation_config.json: the ids that end an answer. */
export function generationConfig({ roles, stops }: Vocabulary): unknown {
  const own = roles["eos_token"];
  const ids = [...new Set([...(own === undefined ? [] : [own]), ...stops])];
  return { eos_token_id: ids.length === 1 ? ids[0] : ids };
}
