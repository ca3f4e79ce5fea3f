// Calls of tools and the answers to them: ids that fit each other, arguments that are JSON, tools that are listed.
import { isObject, isPresent } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { Profile, SeenMessage, Sighting } from "../profile.ts";
import { conversations, fieldOf, type Looked, roleOf } from "./rule.ts";

interface Call {
  field: string;
  id: string | undefined;
  name: unknown;
  given: unknown;
}

export const toolName = /^[A-Za-z0-9_-]{1,64}$/;

function callsOf(message: SeenMessage): Call[] {
  const { tool_calls: calls, function_call: former } = message.value;
  const at = fieldOf(message, "tool_calls");
  const list = Array.isArray(calls) ? (calls as unknown[]) : [];
  const asked = list.map((call, index) => ({ call, field: `${at}[${index}]` }));
  const all = isPresent(former)
    ? [...asked, { call: former, field: fieldOf(message, "function_call") }]
    : asked;
  return all
    .filter((one): one is { call: JsonObject; field: string } => isObject(one.call))
    .map(({ call, field }) => {
      const inner = isObject(call["function"]) ? call["function"] : call;
      const id = isPresent(call["id"]) ? String(call["id"]) : undefined;
      return { field, id, name: inner["name"], given: inner["arguments"] };
    });
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

function* argumentsOf({ field, given }: Call): Generator<Sighting> {
  const at = `${field}.function.arguments`;
  if (isObject(given)) {
    yield {
      code: "arguments_not_text",
      field: at,
      message: "arguments is an object, not a JSON string",
    };
  } else if (typeof given !== "string" || !isJsonObject(given)) {
    yield {
      code: "arguments_not_json",
      field: at,
      message: "arguments must be a JSON object as a string",
    };
  }
}

function* nameOf({ field, name }: Call, declared: ReadonlySet<string>): Generator<Sighting> {
  const at = `${field}.function.name`;
  if (typeof name !== "string" || name === "") {
    yield { code: "field_missing", field: at, message: "a tool call needs the name of the tool" };
    return;
  }
  if (!toolName.test(name))
    yield {
      code: "bad_tool_name",
      field: at,
      message: `${JSON.stringify(name)} is not a valid tool name`,
    };
  if (!declared.has(name))
    yield {
      code: "tool_undeclared",
      field: at,
      message: `the row does not define the tool ${JSON.stringify(name)}`,
    };
}

function* idForm(id: string, field: string, { callId }: Profile): Generator<Sighting> {
  if (callId?.form !== undefined && !callId.form.test(id))
    yield {
      code: "call_id_form",
      field,
      message: `the id ${JSON.stringify(id)} does not match ${callId.form.source}`,
    };
}

function declaredTools(value: unknown): ReadonlySet<string> {
  const list = Array.isArray(value) ? (value as unknown[]).filter(isObject) : [];
  const functions = list.map((tool) => (isObject(tool["function"]) ? tool["function"] : tool));
  return new Set(functions.map(({ name }) => String(name)));
}

/** Follows one conversation: which calls wait for an answer. */
class Waiting {
  readonly #open = new Map<string, Call>();
  readonly #answered = new Set<string>();
  #unnamed = 0;
  #isAnswering = false;

  *calls(calls: readonly Call[], profile: Profile, isLast: boolean): Generator<Sighting> {
    yield* this.ended();
    this.#answered.clear();
    this.#unnamed = 0;
    for (const call of calls) {
      const { id, field } = call;
      if (id === undefined) {
        this.#unnamed++;
        if (!(isLast && profile.callId?.lastMayLack === true))
          yield {
            code: "call_id_missing",
            field: `${field}.id`,
            message: "a tool call needs an id",
          };
        continue;
      }
      yield* idForm(id, `${field}.id`, profile);
      if (this.#open.has(id))
        yield {
          code: "call_id_duplicate",
          field: `${field}.id`,
          message: `two tool calls have the id ${JSON.stringify(id)}`,
        };
      this.#open.set(id, call);
    }
    this.#isAnswering = calls.length > 0;
  }

  *answer(message: SeenMessage, profile: Profile): Generator<Sighting> {
    const field = fieldOf(message, "tool_call_id");
    const given = message.value["tool_call_id"];
    if (!isPresent(given)) {
      // without ids anywhere answers go by their order, as Gemini's and those of older rows
      if (this.#unnamed > 0) this.#unnamed--;
      else
        yield {
          code: this.#isAnswering ? "call_id_missing" : "call_id_unknown",
          field,
          message: "the tool message has no matching call",
        };
      return;
    }
    const id = String(given);
    yield* idForm(id, field, profile);
    if (this.#answered.has(id))
      yield {
        code: "call_id_duplicate",
        field,
        message: `the call ${JSON.stringify(id)} has two results`,
      };
    else if (!this.#open.has(id))
      yield {
        code: "call_id_unknown",
        field,
        message: `there is no call with the id ${JSON.stringify(id)}`,
      };
    this.#open.delete(id);
    this.#answered.add(id);
  }

  /** Another message, or none: what is open stays open. */
  *ended(): Generator<Sighting> {
    for (const { field, id } of this.#open.values())
      yield {
        code: "call_unanswered",
        field,
        message: `the call ${JSON.stringify(id)} has no result`,
      };
    this.#open.clear();
    this.#isAnswering = false;
  }
}

function* follow(messages: readonly SeenMessage[], looked: Looked): Generator<Sighting> {
  const waiting = new Waiting();
  const declared = declaredTools(looked.seen.tools?.value);
  for (const [index, message] of messages.entries()) {
    const calls = callsOf(message);
    if (roleOf(message) === "tool") yield* waiting.answer(message, looked.profile);
    else yield* waiting.calls(calls, looked.profile, index === messages.length - 1);
    for (const call of calls) {
      yield* argumentsOf(call);
      yield* nameOf(call, declared);
    }
  }
}

/** Each once: both answers of a preference follow the same messages. */
export function* calls(looked: Looked): Generator<Sighting> {
  const told = new Set<string>();
  for (const messages of conversations(looked.seen)) {
    for (const found of follow(messages, looked)) {
      const key = `${found.code} ${found.field}`;
      if (!told.has(key)) yield found;
      told.add(key);
    }
  }
}
