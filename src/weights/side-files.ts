// The files that belong to a model beside its weights: configuration, tokenizer, licence. The only list.
// Names alone; who fetches and who copies them asks here.

const SIDE_FILES = new Set([
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "tokenizer.model",
  "special_tokens_map.json",
  "added_tokens.json",
  "chat_template.jinja",
  "chat_template.json",
  "vocab.json",
  "vocab.txt",
  "merges.txt",
  "spiece.model",
  "sentencepiece.bpe.model",
  "tekken.json",
]);

const TIKTOKEN = /^[A-Za-z0-9_.-]+\.tiktoken$/;

export function isSideFile(name: string): boolean {
  return SIDE_FILES.has(name) || TIKTOKEN.test(name);
}

/** What a licence asks to be passed on with the weights. */
export function isLicenseFile(name: string): boolean {
  return /^(?:licen[cs]e|notice|use_policy)(?:[._-][\w.-]+)?$/i.test(name);
}
