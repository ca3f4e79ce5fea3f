// Rows of two answers, of which one is better: {"prompt", "chosen", "rejected"} as text or as messages, the prompt
// apart or at the beginning of both answers, as TRL, Unsloth and Anthropic's sets have them; and OpenAI's shape.
import type { JsonObject, Message, PreferenceSample } from "../../text/types.ts";
import { chatSpelling } from "./chat.ts";
import {
  type FieldProblem,
  filledText,
  isObject,
  isPresent,
  type ParsedRow,
  type RowFormat,
} from "./format.ts";
import { type MessageSpelling, parseMessages } from "./messages.ts";
import { parseTools } from "./tool-calls.ts";

/** A part of a row that was read, or what is wrong with it. */
export type Part = Message[] | { problems: FieldProblem[] };

/** Both spellings of messages that sets of preferences have. */
const spelling: MessageSpelling = {
  roleKeys: ["role", "from"],
  contentKeys: ["content", "value"],
  roles: { ...chatSpelling.roles, human: "user", gpt: "assistant" },
};

/** A text as the message of `role`, a message, or a list of them. */
export function partOf(value: unknown, field: string, role: Message["role"]): Part {
  if (Array.isArray(value) || isObject(value))
    return parseMessages(Array.isArray(value) ? value : [value], field, spelling);
  const text = filledText(value, field);
  return typeof text === "string" ? [{ role, content: text }] : { problems: [text] };
}

export function problemsIn(parts: readonly (object | undefined)[]): FieldProblem[] {
  return parts.flatMap((part) =>
    part !== undefined && "problems" in part ? (part.problems as FieldProblem[]) : [],
  );
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** How many messages both begin with, of which the last is no assistant's; each keeps one at least. */
function sharedMessages(a: readonly Message[], b: readonly Message[]): number {
  const most = Math.min(a.length, b.length) - 1;
  let count = 0;
  while (count < most && same(a[count], b[count])) count++;
  while (count > 0 && a[count - 1]?.role === "assistant") count--;
  return count;
}

/** A text of Anthropic's sets, as messages: its turns begin with "\n\nHuman:" and "\n\nAssistant:". */
function markedTurns(text: string): Message[] | undefined {
  if (!text.startsWith("\n\nHuman:")) return undefined;
  const pieces = text.split(/\n\n(Human|Assistant):/).slice(1);
  const turns: Message[] = [];
  for (let at = 0; at < pieces.length; at += 2) {
    const role = pieces[at] === "Human" ? "user" : "assistant";
    turns.push({ role, content: (pieces[at + 1] ?? "").trim() });
  }
  return turns;
}

/** Two texts without a prompt: what they begin with, up to a space, is the prompt. */
function splitTexts(chosen: string, rejected: string): Record<"chosen" | "rejected", Message[]> {
  const turns = [markedTurns(chosen), markedTurns(rejected)];
  if (turns[0] !== undefined && turns[1] !== undefined) {
    return { chosen: turns[0], rejected: turns[1] };
  }
  let length = 0;
  while (length < chosen.length && chosen[length] === rejected[length]) length++;
  const space = chosen.slice(0, length).search(/\s\S*$/);
  const prompt = chosen.slice(0, Math.max(0, space)).trim();
  const whole = (text: string): Message[] => [
    ...(prompt === "" ? [] : [{ role: "user" as const, content: prompt }]),
    { role: "assistant", content: text.slice(Math.max(0, space)).trim() },
  ];
  return { chosen: whole(chosen), rejected: whole(rejected) };
}

/** What a row says before its answers; undefined where it says nothing. */
function promptPart(row: JsonObject): Part | undefined {
  const key = ["prompt", "question", "conversations"].find(
    (name) => isPresent(row[name]) && row[name] !== "",
  );
  const prompt = key === undefined ? undefined : partOf(row[key], key, "user");
  const { system } = row;
  if (typeof system !== "string" || system.trim() === "") return prompt;
  if (prompt === undefined || "problems" in prompt) return prompt;
  return [{ role: "system", content: system }, ...prompt];
}

/** The rules of an answer: it goes on where the prompt ends, and ends with the assistant. */
export function answerProblems(messages: readonly Message[], field: string): FieldProblem[] {
  const roles = messages.map(({ role }) => role);
  if (roles[0] !== "assistant")
    return [
      { field, message: `begins with a ${roles[0] ?? "missing"} message, not an assistant's` },
    ];
  if (roles.at(-1) !== "assistant")
    return [{ field, message: "does not end with an assistant message: nothing to learn from" }];
  return [];
}

export function requireUser(prompt: readonly Message[], field: string): FieldProblem[] {
  if (prompt.some(({ role }) => role === "user")) return [];
  return [{ field, message: "no user message (missing required roles: user)" }];
}

interface Sides {
  prompt: Message[] | undefined;
  chosen: Message[];
  rejected: Message[];
}

/** Whether a prompt is what answers begin with, said as messages or as the text of their last one. */
function isSaidBy(prompt: readonly Message[], shared: readonly Message[]): boolean {
  const [only] = prompt;
  if (prompt.length === 1 && only?.role === "user")
    return shared.some((message) => same(message, only));
  return prompt.every((message, at) => same(message, shared[at]));
}

/** Prompt and answers apart, where the answers bring their prompt along. */
function apart({ prompt, chosen, rejected }: Sides): Sides | { problems: FieldProblem[] } {
  const isWhole = chosen[0]?.role !== "assistant" || rejected[0]?.role !== "assistant";
  if (!isWhole) return { prompt, chosen, rejected };
  const count = sharedMessages(chosen, rejected);
  const shared = chosen.slice(0, count);
  const begins =
    count === 0 ? "begin with no message that both share" : "begin with another prompt";
  if (count === 0 || (prompt !== undefined && !isSaidBy(prompt, shared)))
    return { problems: [{ field: "chosen", message: `chosen and rejected ${begins}` }] };
  return { prompt: shared, chosen: chosen.slice(count), rejected: rejected.slice(count) };
}

/** The sample, or what breaks its rules. `names` are the row's own for prompt and answers. */
function sampleOf(
  sides: Sides,
  tools: readonly JsonObject[] | undefined,
  names: readonly [prompt: string, chosen: string, rejected: string],
): ParsedRow {
  const parts = apart(sides);
  if ("problems" in parts) return parts;
  const { prompt = [], chosen, rejected } = parts;
  const missing = "is missing, and chosen and rejected do not begin alike";
  const problems = [
    ...(prompt.length === 0
      ? [{ field: names[0], message: missing }]
      : requireUser(prompt, names[0])),
    ...answerProblems(chosen, names[1]),
    ...answerProblems(rejected, names[2]),
  ];
  if (problems.length > 0) return { problems };
  const known = tools === undefined ? {} : { tools };
  return { sample: { kind: "preference", prompt, chosen, rejected, ...known } as PreferenceSample };
}

export const preference: RowFormat = {
  title: "preference format",
  isSpecial: true,
  detect: (row) => isPresent(row.chosen) && isPresent(row.rejected),
  parse(row) {
    const prompt = promptPart(row);
    const { chosen: good, rejected: bad } = row;
    const isSplit = prompt === undefined && typeof good === "string" && typeof bad === "string";
    const sides = isSplit ? splitTexts(good, bad) : undefined;
    const chosen = sides?.chosen ?? partOf(good, "chosen", "assistant");
    const rejected = sides?.rejected ?? partOf(bad, "rejected", "assistant");
    const tools = parseTools(row);
    const problems = problemsIn([prompt, chosen, rejected, tools]);
    if (problems.length > 0 || "problems" in chosen || "problems" in rejected) return { problems };
    if ("problems" in tools || (prompt !== undefined && "problems" in prompt)) return { problems };
    return sampleOf({ prompt, chosen, rejected }, tools.value, ["prompt", "chosen", "rejected"]);
  },
};

/** {"input": {"messages", "tools"?}, "preferred_output": […], "non_preferred_output": […]}. */
export const openaiPreference: RowFormat = {
  title: "OpenAI preference format",
  isSpecial: true,
  detect: (row) => isPresent(row.preferred_output) && isPresent(row.non_preferred_output),
  parse(row) {
    const input = isObject(row.input) ? row.input : {};
    const names = ["input.messages", "preferred_output", "non_preferred_output"] as const;
    const prompt = parseMessages(input.messages, names[0], chatSpelling);
    const chosen = partOf(row.preferred_output, names[1], "assistant");
    const rejected = partOf(row.non_preferred_output, names[2], "assistant");
    const tools = parseTools(input);
    const problems = problemsIn([prompt, chosen, rejected, tools]);
    if ("problems" in prompt || "problems" in chosen) return { problems };
    if ("problems" in rejected || "problems" in tools) return { problems };
    return sampleOf({ prompt, chosen, rejected }, tools.value, names);
  },
};
