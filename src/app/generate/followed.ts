// An answer followed from its request to its end, told in parts: thoughts, content, calls.
import { endedBy, type GenerationEnd, type GenerationRequest } from "../../generate/index.ts";
import type { Model } from "../../generate/load-model.ts";
import { type AnswerPart, AnswerReader } from "../../text/index.ts";
import type { AnswerForm } from "./answer-form.ts";

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
  const reader = new AnswerReader(form.format, form);
  const parts: AnswerPart[] = [];
  const take = (more: readonly AnswerPart[]): void => {
    parts.push(...more);
    for (const part of more) onPart?.(part);
  };
  let told = 0;
  const { shownTokens } = form;
  const generation = engine.submit({ ...request, shownTokens }, ({ text }) => {
    told += text.length;
    take(reader.add(text));
  });
  const end = await endedBy(generation, signal).ended;
  take([...reader.add(end.text.slice(told)), ...reader.end()]);
  return { parts, end };
}
