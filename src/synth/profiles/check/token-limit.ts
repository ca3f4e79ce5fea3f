import type { JsonObject } from "../../../text/types.ts";
// Which counter of tokens tells whether rows are too long for a model, and whether one is needed at all.
import { countedMessage } from "../../tokens/counted-message.ts";
import { encodingOfModel, type TokenCounter, tokenCounter } from "../../tokens/encodings.ts";
import { modelNamed, type ProfileLimits } from "../limits/limits.ts";

/** Tokens of a conversation as the model is trained on it. */
export interface RowCounter {
  readonly encoding: string;
  readonly exactness: string;
  messages(conversation: { messages: readonly JsonObject[]; tools: readonly unknown[] }): number;
}

/** Tokens that a text of so many bytes cannot exceed, of estimates too: a token has a byte at least. */
export const mostTokens = (bytes: number): number => bytes * 1.4 + 64;

/** The encoding of a model by the limits, else by its name, else that of the profile. */
export function encodingFor(limits: ProfileLimits, model: string | undefined): string | undefined {
  if (model === undefined) return limits.encoding;
  return modelNamed(limits, model)?.encoding ?? encodingOfModel(model) ?? limits.encoding;
}

const rowCounter = (counter: TokenCounter): RowCounter => ({
  encoding: counter.encoding,
  exactness: counter.exactness,
  messages: ({ messages, tools }) =>
    counter.messages({ messages: messages.map(countedMessage), tools: [...tools] }),
});

/** The counter for a file of so many bytes; undefined where no row of it can be too long, or no limit is known. */
export async function counterFor(
  limits: ProfileLimits,
  model: string | undefined,
  bytes: number,
): Promise<RowCounter | undefined> {
  const entry = model === undefined ? undefined : modelNamed(limits, model);
  const most = [
    entry?.exampleTokens ?? limits.limits.exampleTokens?.value,
    limits.limits.totalTokens?.value,
  ];
  const least = Math.min(...most.filter((value) => value !== undefined));
  const encoding = encodingFor(limits, model);
  if (mostTokens(bytes) <= least || encoding === undefined) return undefined;
  return rowCounter(await tokenCounter(encoding));
}
