// An answer followed from its request to its end, told in parts: thoughts, content, calls.
import { endedBy } from "../../core/ended-by.ts";
import type { GenerationEnd, GenerationRequest } from "../../generate/index.ts";
import type { Model } from "../../generate/load-model.ts";
import { type AnswerPart, AnswerReader } from "../../text/index.ts";
import type { AnswerForm } from "./answer-form.ts";
import { AnswerParts } from "./answer-parts.ts";

export interface Followed {
  parts: AnswerPart[];
  end: GenerationEnd;
}

/** Aborting ends the answer, with what there is of it. */
export async function followed(
  { engine }: Model,
  { form, ...request }: GenerationRequest & { form: AnswerForm },
  { onPart, signal }: { onPart?: (part: AnswerPart) => void; signal?: AbortSignal | undefined },
): Promise<Followed> {
  const answer = new AnswerParts(new AnswerReader(form.format, form));
  const parts: AnswerPart[] = [];
  const take = (more: readonly AnswerPart[]): void => {
    parts.push(...more);
    for (const part of more) onPart?.(part);
  };
  const { shownTokens } = form;
  const generation = engine.submit({ ...request, shownTokens }, (token) => take(answer.add(token)));
  const end = await endedBy(generation, signal).ended;
  take(answer.end(end));
  return { parts, end };
}
