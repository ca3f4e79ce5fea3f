// How many tokens a conversation has beyond its texts: one function a family, as its publisher renders conversations.
import { pythonJson } from "../../text/jinja/python-text.ts";
import { valueOf } from "../../text/jinja/runtime.ts";
import type { CountedCall, CountedMessage } from "./counted-message.ts";

/** Tokens of a text on its own. */
export type CountText = (text: string) => number;

export interface Conversation {
  readonly messages: readonly CountedMessage[];
  readonly tools: readonly unknown[];
}

/** Tokens of a whole conversation. */
export type CountChat = (count: CountText, conversation: Conversation) => number;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/**
 * OpenAI: three for each message and three for the answer's beginning, and one for a name. Calls and tools count as their
 * JSON: how the service writes them is not public.
 */
export const openAiChat: CountChat = (count, { messages, tools }) =>
  3 +
  sum(messages.map((message) => 3 + openAiMessage(count, message))) +
  (tools.length === 0 ? 0 : count(JSON.stringify(tools)));

function openAiMessage(count: CountText, { role, content, name, calls }: CountedMessage): number {
  const named = name === undefined ? 0 : 1 + count(name);
  return count(role) + count(content) + named + sum(calls.map((call) => callTokens(count, call)));
}

const callTokens = (count: CountText, call: CountedCall): number =>
  3 + count(call.name) + count(call.arguments);

/** Llama 3: <|begin_of_text|>; for each message its header, two line breaks, the text without outer space, <|eot_id|>. */
export const llama3Chat: CountChat = (count, { messages, tools }) =>
  1 +
  sum(
    messages.map(({ role, content, calls }) => {
      const called = sum(calls.map((call) => callTokens(count, call)));
      return 4 + count(role) + count(content.trim()) + called;
    }),
  ) +
  (tools.length === 0 ? 0 : count(JSON.stringify(tools)));

interface Turn {
  role: string;
  content: string;
  calls: CountedCall[];
  callId: string | undefined;
}

/** Neighbours of one role and weight are one turn; the system's texts go elsewhere (mistral-common's normalizer). */
function turnsOf(messages: readonly CountedMessage[]): Turn[] {
  const turns: Turn[] = [];
  let before: CountedMessage | undefined;
  for (const message of messages) {
    const { role, content, calls, callId, weight } = message;
    const goesOn = before?.role === role && before.weight === weight && role !== "tool";
    const last = turns.at(-1);
    before = message;
    if (role === "system") continue;
    if (goesOn && last !== undefined) {
      last.content = [last.content, content].filter((text) => text !== "").join("\n\n");
      last.calls.push(...calls);
    } else turns.push({ role, content, calls: [...calls], callId });
  }
  return turns[0]?.role === "user"
    ? turns
    : [{ role: "user", content: "", calls: [], callId: undefined }, ...turns];
}

const systemText = (messages: readonly CountedMessage[]): string =>
  messages
    .filter(({ role, content }) => role === "system" && content !== "")
    .map(({ content }) => content)
    .join("\n\n");

/** json.loads, and the text itself where it is no JSON. */
function loaded(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const dumped = (value: unknown): string => pythonJson(valueOf(value));

/** What normalizing leaves of JSON text: read and written again by Python's rules. */
const normalized = (text: string): unknown => (text === "" ? {} : loaded(text));

function v3Call({ id, name, arguments: given }: CountedCall): unknown {
  const called = { name, arguments: normalized(given) };
  return id === undefined || id === "" || id === "null" ? called : { ...called, id };
}

function v3Tool(tool: unknown): unknown {
  const { function: described = {} } = tool as { function?: Record<string, unknown> };
  const { name, description = "", parameters } = described;
  return { type: "function", function: { name, description, parameters } };
}

/** Mistral v3 and Tekken v3: the system's text before the last user message, tools before that message's turn. */
export const mistralV3Chat: CountChat = (count, { messages, tools }) => {
  const turns = turnsOf(messages);
  const system = systemText(messages);
  const last = turns.findLastIndex(({ role }) => role === "user");
  const offered = tools.length === 0 ? 0 : 2 + count(dumped(tools.map(v3Tool)));
  return 1 + offered + sum(turns.map((turn, at) => v3Turn(count, turn, at === last ? system : "")));
};

function v3Turn(count: CountText, { role, content, calls, callId }: Turn, system: string): number {
  if (role === "user") return 2 + count(system === "" ? content : `${system}\n\n${content}`);
  if (role === "tool")
    return 2 + count(dumped({ content: normalized(content), call_id: callId ?? "" }));
  if (calls.length > 0) return 2 + count(dumped(calls.map(v3Call)));
  return 1 + count(withoutEndSpaces(content));
}

/** Python's rstrip(" "). */
function withoutEndSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--;
  return text.slice(0, end);
}

/** Mistral v1: instructions fenced by words, the system's text before the first of them. */
export const mistralV1Chat: CountChat = (count, { messages }) => {
  const turns = turnsOf(messages);
  const system = systemText(messages);
  const written = turns.map(({ role, content }, at) => {
    const text = at === 0 && system !== "" ? `${system}\n\n${content}` : content;
    return role === "user" ? count(`[INST] ${text} [/INST]`) : 1 + count(text);
  });
  return 1 + sum(written);
};
