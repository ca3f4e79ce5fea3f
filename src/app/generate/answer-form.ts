// How answers of a model read: which marks its template puts around thoughts and calls, and whether a prompt lets it think
// at once. Reads no answer: text/answers does.
import type { Model } from "../../generate/load-model.ts";
import { type AnswerFormat, answerFormatOf, markTokens, opensReasoning } from "../../text/index.ts";
import type { Renderer } from "../../text/types.ts";

export interface AnswerForm {
  format: AnswerFormat;
  shownTokens: ReadonlySet<string>;
  startsInReasoning: boolean;
}

/** `promptText`: as the renderer gives it, for the model to go on. */
export function answerFormOf(
  { tokenizer: { specialContents: specialTokens } }: Model,
  { source }: Pick<Renderer, "source">,
  promptText: string,
): AnswerForm {
  const format = answerFormatOf({ source, specialTokens });
  return {
    format,
    shownTokens: markTokens(format, specialTokens),
    startsInReasoning: opensReasoning(format, promptText),
  };
}
