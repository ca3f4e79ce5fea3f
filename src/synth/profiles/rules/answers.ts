// Two answers to one prompt: whose they are, and that they differ.
import { equalJson } from "../forms/projecting.ts";
import type { SeenMessage, Sighting } from "../profile.ts";
import { fieldOf, isOf, type Looked, roleOf } from "./rule.ts";

const place = (answer: readonly SeenMessage[]): string =>
  (answer[0]?.at ?? "").replace(/\[0\]$/, "");

function* side(answer: readonly SeenMessage[]): Generator<Sighting> {
  const wrong = answer.find((message) => !["assistant", "tool"].includes(String(roleOf(message))));
  if (wrong !== undefined)
    yield {
      code: "answer_role",
      field: fieldOf(wrong, "role"),
      message: `an answer consists of assistant and tool messages, not ${wrong.wasRole}`,
    };
  else if (answer.length > 0 && !answer.some(isOf("assistant")))
    yield {
      code: "answer_role",
      field: place(answer),
      message: "an answer has no assistant message",
    };
  if (answer.length > 1)
    yield {
      code: "answer_count",
      field: place(answer),
      message: `an answer must be one message, not ${answer.length}`,
    };
}

const said = (answer: readonly SeenMessage[]): unknown => answer.map(({ value }) => value);

export function* answers({ seen }: Looked): Generator<Sighting> {
  if (seen.answers === undefined) return;
  const [chosen, rejected] = seen.answers;
  yield* side(chosen);
  yield* side(rejected);
  if (chosen.length > 0 && equalJson(said(chosen), said(rejected)))
    yield {
      code: "chosen_is_rejected",
      field: place(rejected),
      message: "chosen and rejected are the same",
    };
}
