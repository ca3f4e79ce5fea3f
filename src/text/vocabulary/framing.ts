// The post-processor of a tokenizer.json that puts BOS before a text and EOS behind it.
// Whether a model wants them is its files' and its form's.

/** A token. */
export interface Named {
  content: string;
  id: number;
}

/** Null where neither is wanted. */
export function framingProcessor(bos: Named | undefined, eos: Named | undefined): unknown {
  const named = [bos, eos].filter((token) => token !== undefined);
  if (named.length === 0) return null;
  const piece = (token: Named | undefined, type_id: number): unknown[] =>
    token === undefined ? [] : [{ SpecialToken: { id: token.content, type_id } }];
  const around = (letter: string, type_id: number): unknown[] => [
    ...piece(bos, type_id),
    { Sequence: { id: letter, type_id } },
    ...piece(eos, type_id),
  ];
  const tokens = named.map(({ content, id }) => ({ id: content, ids: [id], tokens: [content] }));
  return {
    type: "TemplateProcessing",
    single: around("A", 0),
    pair: [...around("A", 0), ...around("B", 1)],
    special_tokens: Object.fromEntries(tokens.map((token) => [token.id, token])),
  };
}
