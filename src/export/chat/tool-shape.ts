// What a chat template writes around tools, calls and what tools answer, found by rendering: where the tools are told,
// what stands between a call's name and its arguments, and what comes before and after. A template has such a shape when
// tools change the beginning of a conversation alone, and it writes them as JSON. Builds on chat-shape.ts.
import { isDeepStrictEqual } from "node:util";
import { FtError } from "../../core/errors.ts";
import type { Message, Renderer } from "../../text/types.ts";
import { type Before, between, type ChatShape } from "./chat-shape.ts";

/** What stands before the first tool, between two, and behind the last. */
export interface ToldTools {
  before: string;
  between: string;
  after: string;
}

export interface ToolShape {
  /** By the gap in whose place they are told, of those at the beginning. */
  told: ReadonlyMap<string, ToldTools>;
  /** Each is the JSON of the tool, or of its function alone. */
  isWhole: boolean;
  call: {
    /** Before the first name, by who spoke before; and behind a content of the same message. */
    first: ReadonlyMap<Before | "tool", string>;
    afterContent: string;
    /** Between name and arguments, and between a call's arguments and the next name. */
    arguments: string;
    next: string;
  };
  /** What stands before a tool's answer, behind calls or behind another one. */
  answers: { afterCalls: string; afterAnswer: string };
  /** What stands behind a tool's answer, before the next content or the answer that is asked for. */
  afterTool: ReadonlyMap<"assistant" | "user" | "answer", string>;
}

type Asking = Pick<Renderer, "promptText">;
type Json = Readonly<Record<string, unknown>>;

/** Every message here has a text. */
type Said = Message & { content: string };

/** Thrown and caught here: tools cannot be said. */
class Untold extends Error {}

const word = (at: number): string => `content${at}zqx`;

/** One argument: their order in JSON is not ours to choose. */
const toolOf = (at: number): Json => ({
  type: "function",
  function: {
    name: `tool${at}zqx`,
    description: `What tool ${at} does`,
    parameters: { type: "object", properties: { [`key${at}`]: { type: "string" } } },
  },
});

const tools = [toolOf(0), toolOf(1)];

const user = (at: number): Said => ({ role: "user", content: word(at) });
const calls = (count: number, content = ""): Said => ({
  role: "assistant",
  content,
  toolCalls: Array.from({ length: count }, (_, at) => ({
    name: `tool${at}zqx`,
    arguments: { [`key${at}`]: `value${at}zqx` },
  })),
});
const answered = (at: number): Said => ({
  role: "tool",
  content: word(at),
  name: `tool0zqx`,
});

function rendered(renderer: Asking, messages: readonly Message[]): string {
  try {
    return renderer.promptText(messages, tools as never);
  } catch (error) {
    if (error instanceof FtError) throw new Untold("it refuses a conversation with calls");
    throw error;
  }
}

/** What stands around these texts, in order. */
function around(text: string, marks: readonly string[]): string[] {
  const parts: string[] = [];
  let rest = text;
  for (const mark of marks) {
    const [before, ...after] = rest.split(mark);
    if (before === undefined || after.length === 0) throw new Untold("it leaves something out");
    parts.push(before);
    rest = after.join(mark);
  }
  return [...parts, rest];
}

/** Where the JSON object that begins here ends; -1 where it does not. */
function endOfJson(text: string, from: number): number {
  let [depth, isText] = [0, false];
  for (let at = from; at < text.length; at++) {
    const one = text[at];
    if (isText && one === "\\") at++;
    else if (one === '"') isText = !isText;
    else if (!isText && one === "{") depth++;
    else if (!isText && one === "}" && --depth === 0) return at + 1;
  }
  return -1;
}

/** The largest JSON object of the text in which `mark` is. */
function jsonWith(text: string, mark: string): { json: string; value: unknown } {
  for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at + 1)) {
    const json = text.slice(at, endOfJson(text, at));
    if (!json.includes(mark)) continue;
    try {
      return { json, value: JSON.parse(json) as unknown };
    } catch {
      // a brace of the template's own text
    }
  }
  throw new Untold("it writes tools otherwise than as JSON");
}

interface Told {
  texts: [string, string];
  isWhole: boolean;
}

/** The JSON of both tools as this template writes it. */
function jsonOfTools(text: string): Told {
  const found = tools.map((tool, at) => ({ tool, ...jsonWith(text, `tool${at}zqx`) }));
  const isWhole = found.every(({ tool, value }) => isDeepStrictEqual(value, tool));
  if (!isWhole && !found.every(({ tool, value }) => isDeepStrictEqual(value, tool["function"])))
    throw new Untold("it writes tools as JSON of another form");
  const [first, second] = found;
  return { texts: [first?.json ?? "", second?.json ?? ""], isWhole };
}

/** Beginnings of a conversation, with the contents of their messages; the second gap is the one before the user's. */
const beginnings: readonly (readonly [messages: readonly Said[], befores: readonly Before[]])[] = [
  [[user(0)], ["start"]],
  [
    [{ role: "system", content: word(1) }, user(0)],
    ["start", "system"],
  ],
  [[{ role: "system", content: "" }, user(0)], ["empty"]],
];

const marksOf = (messages: readonly Said[]): string[] =>
  messages.map(({ content }) => content).filter((content) => content !== "");

function toldBy({ gaps }: ChatShape, renderer: Asking): Map<string, ToldTools> {
  const told = new Map<string, ToldTools>();
  for (const [messages, befores] of beginnings) {
    const text = rendered(renderer, messages);
    const json = jsonOfTools(text).texts;
    const parts = around(text, marksOf(messages));
    if (parts.pop() !== gaps.get(between("user", "answer")))
      throw new Untold("it tells tools behind the question");
    for (const [at, before] of befores.entries()) {
      const after = befores[at + 1] === undefined ? "user" : (befores[at + 1] as "system");
      const part = parts[at] ?? "";
      const key = between(before, after);
      if (!part.includes(json[0])) {
        if (part !== gaps.get(key)) throw new Untold("tools change what is around them");
        continue;
      }
      const [lead = "", middle = "", end = ""] = around(part, json);
      told.set(key, { before: lead, between: middle, after: end });
    }
  }
  return told;
}

const same = (...texts: (string | undefined)[]): string => {
  const [first] = texts;
  if (first === undefined || texts.some((text) => text !== first))
    throw new Untold("calls are not told by who speaks");
  return first;
};

/** Name and arguments of the calls of a message. */
const marksOfCalls = (text: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => [`tool${at}zqx`, jsonOfArguments(text, at)]).flat();

function jsonOfArguments(text: string, at: number): string {
  const place = text.indexOf(`"value${at}zqx"`);
  const json = text.slice(text.lastIndexOf("{", place), text.indexOf("}", place) + 1);
  if (place < 0 || !isDeepStrictEqual(parsed(json), { [`key${at}`]: `value${at}zqx` }))
    throw new Untold("it writes arguments otherwise than as JSON");
  return json;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

/** What follows the user's content at the beginning: the parts around calls, answers of tools, and contents. */
function afterUser(renderer: Asking, more: readonly Said[], count: number): string[] {
  const whole = rendered(renderer, [user(0), ...more]);
  const text = whole.slice(whole.indexOf(word(0)) + word(0).length);
  const own = more.flatMap((message) => {
    const said = marksOf([message]);
    return message.toolCalls === undefined ? said : [...said, ...marksOfCalls(text, count)];
  });
  return around(text, own);
}

function callsOf(renderer: Asking): Omit<ToolShape, "told" | "isWhole"> {
  const two = afterUser(renderer, [calls(2), answered(1), answered(2)], 2);
  const one = afterUser(renderer, [calls(1), answered(1)], 1);
  const said = afterUser(renderer, [calls(1, word(3)), answered(1)], 1);
  const went = afterUser(
    renderer,
    [calls(1), answered(1), { role: "assistant", content: word(4) }, user(5)],
    1,
  );
  const on = afterUser(renderer, [calls(1), answered(1), user(5)], 1);
  const again = afterUser(renderer, [calls(1), answered(1), calls(1), answered(2)], 1);
  requireAsItIs(renderer);
  const [first, name, next, nameAgain, toTool, toNext, toAnswer] = two;
  const answers = { afterCalls: same(toTool, one[2], said[3], went[2]), afterAnswer: toNext ?? "" };
  return {
    call: {
      first: new Map([
        ["user", same(first, one[0], went[0])],
        ["tool", again[3] ?? ""],
      ]),
      afterContent: said[1] ?? "",
      arguments: same(name, nameAgain, one[1], said[2]),
      next: next ?? "",
    },
    answers,
    afterTool: new Map([
      ["answer", same(toAnswer, one[3])],
      ["assistant", went[3] ?? ""],
      ["user", on[3] ?? ""],
    ]),
  };
}

/** White space around a tool's answer stays. */
function requireAsItIs(renderer: Asking): void {
  const content = `\n ${word(6)} \n`;
  const text = rendered(renderer, [user(0), calls(1), { ...answered(1), content }]);
  if (!text.includes(content)) throw new Untold("it takes white space off what tools answer");
}

/** The shape of what a template says of tools, or why it has none. */
export function toolShape(
  shape: ChatShape,
  renderer: Asking,
): { tools: ToolShape } | { reason: string } {
  try {
    const { isWhole } = jsonOfTools(rendered(renderer, [user(0)]));
    return { tools: { told: toldBy(shape, renderer), isWhole, ...callsOf(renderer) } };
  } catch (error) {
    if (error instanceof Untold) return { reason: error.message };
    throw error;
  }
}
