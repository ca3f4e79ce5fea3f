// A question on its way: the request, and its answer read as events while they come.
import { request } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import type { AskEvent } from "./conversation.ts";

export type TryQuestion = Partial<components["schemas"]["TryQuestion"]> &
  Pick<components["schemas"]["TryQuestion"], "sides">;

/** Events as they come. Throws ApiFault, or the signal's reason. */
export async function* ask(
  question: TryQuestion,
  signal: AbortSignal,
): AsyncGenerator<AskEvent, void> {
  const answer = await request("/api/v1/try/answers", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
    signal,
  });
  if (answer.body === null) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = `${rest}${value}`.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      if (block.startsWith("data: ")) yield JSON.parse(block.slice(6)) as AskEvent;
    }
  }
}
