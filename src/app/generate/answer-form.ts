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

type Rendering = Pick<Renderer, "source">;

const known = new WeakMap<Rendering, AnswerFormat>();

/** Found once for each renderer. */
export function formatOf({ tokenizer }: Model, renderer: Rendering): AnswerFormat {
  const { source } = renderer;
  const specialTokens = tokenizer.specialContents;
  const format = known.get(renderer) ?? answerFormatOf({ source, specialTokens });
  known.set(renderer, format);
  return format;
}

/** `promptText`: as the renderer gives it, for the model to go on. */
export function answerFormOf(model: Model, format: AnswerFormat, promptText: string): AnswerForm {
  return {
    format,
    shownTokens: markTokens(format, model.tokenizer.specialContents),
    startsInReasoning: opensReasoning(format, promptText),
  };
}
