// What messages say: contents, weights, and what is learned.
import { isObject, isPresent, kindOf } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { SeenMessage, Sighting } from "../profile.ts";
import { allMessages, fieldOf, isOf, type Looked, roleOf } from "./rule.ts";

/** The content as text; undefined where it is none. */
export function textIn(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const parts = (content as unknown[]).filter(isObject);
  return parts.map(({ text }) => (typeof text === "string" ? text : "")).join("");
}

const hasCalls = ({ value }: SeenMessage): boolean => {
  const { tool_calls: calls, function_call: call } = value;
  return (Array.isArray(calls) && calls.length > 0) || isPresent(call);
};

const hasOtherParts = (content: unknown): boolean =>
  Array.isArray(content) &&
  (content as unknown[]).some((part) => isObject(part) && part["type"] !== "text");

function* typeOf(message: SeenMessage, content: unknown): Generator<Sighting> {
  const field = fieldOf(message, "content");
  if (content === undefined) yield { code: "field_missing", field, message: `${field} is missing` };
  else if (content === null && roleOf(message) === "assistant") return;
  else if (typeof content !== "string" && !Array.isArray(content))
    yield {
      code: "field_type",
      field,
      message: `${field} must be a string, not ${kindOf(content)}`,
    };
}

function* content(message: SeenMessage): Generator<Sighting> {
  const given = message.value["content"];
  const called = hasCalls(message);
  const says = (textIn(given) ?? "").trim() !== "" || hasOtherParts(given);
  if (called) {
    if (says)
      yield {
        code: "content_and_calls",
        field: fieldOf(message, "content"),
        message: "a message has either text or tool calls, not both",
      };
    return;
  }
  const wrong = [...typeOf(message, given)];
  yield* wrong;
  if (wrong.length === 0 && !says)
    yield {
      code: roleOf(message) === "assistant" ? "empty_content" : "empty_question",
      field: fieldOf(message, "content"),
      message: `${message.at} is empty`,
    };
}

const isWhole = (weight: unknown): boolean => weight === 0 || weight === 1;

function* weight(message: SeenMessage): Generator<Sighting> {
  const given = message.value["weight"];
  if (!isPresent(given)) return;
  const field = fieldOf(message, "weight");
  const fixable = typeof given === "boolean" || given === "0" || given === "1";
  if (!isWhole(given))
    yield {
      code: "bad_weight",
      field,
      message: `weight is ${JSON.stringify(given)}, not 0 or 1`,
      fixable,
    };
  if (roleOf(message) !== "assistant")
    yield {
      code: "weight_misplaced",
      field,
      message: `only assistant messages can have a weight, not one of ${String(roleOf(message))}`,
    };
}

const isLearned = ({ value }: { value: JsonObject }): boolean =>
  value["weight"] !== 0 && value["weight"] !== false;

function* learned({ seen }: Looked): Generator<Sighting> {
  if (seen.answers !== undefined || seen.messages.length === 0) return;
  const targets = seen.messages.filter(isOf("assistant"));
  if (targets.some(isLearned)) return;
  const message =
    targets.length === 0 ? "there is no assistant message" : "every answer has the weight 0";
  yield { code: "nothing_to_learn", field: "messages", message };
}

export function* contents(looked: Looked): Generator<Sighting> {
  for (const message of allMessages(looked.seen)) {
    yield* content(message);
    yield* weight(message);
  }
  yield* learned(looked);
}
