// What a chat template writes between the contents of a conversation, found by rendering: its shape. A template has one
// when that depends on who speaks before and after, and on nothing else. Writes no other template; go-template.ts does.
import { FtError } from "../../core/errors.ts";
import type { Message, Renderer } from "../../text/types.ts";
import { trials } from "./trials.ts";

export type Role = "system" | "user" | "assistant";

/** What stands before a content: another's, or nothing; `empty` is a system message without content. */
export type Before = Role | "start" | "empty";

/** What follows: another content, or the answer that is asked for. */
export type After = Role | "answer";

/** What is taken off a content's end. */
export type Trim = "nothing" | "newlines" | "spaces";

export interface Trimming {
  start: Trim;
  end: Trim;
}

export interface ChatShape {
  /** By `between`: what is written there. A pair that is not in it, the template refuses. */
  gaps: ReadonlyMap<string, string>;
  trims: Readonly<Record<Role, Trimming>>;
}

export const between = (before: Before, after: After): string => `${before} ${after}`;

/** Words that stand for contents while a template is asked; no template has them. */
const word = (at: number): string => `content${at}zqx`;

/** Thrown and caught here: the template cannot be said. */
class Shapeless extends Error {}

type Asking = Pick<Renderer, "promptText">;

/** The rendering, or undefined where the template does not take such a conversation. */
function rendered(renderer: Asking, messages: readonly Message[]): string | undefined {
  try {
    return renderer.promptText(messages);
  } catch (error) {
    if (error instanceof FtError) return undefined;
    throw error;
  }
}

/** What is around the words, in order; undefined where one is lost, said twice, or out of order. */
function around(text: string, count: number): string[] | undefined {
  const parts: string[] = [];
  let rest = text;
  for (let at = 0; at < count; at++) {
    const [before, ...after] = rest.split(word(at));
    if (before === undefined || after.length !== 1) return undefined;
    parts.push(before);
    rest = after[0] ?? "";
  }
  return [...parts, rest];
}

const initials: Readonly<Record<string, Role>> = { s: "system", u: "user", a: "assistant" };

/** "sua" → a system message, a user's and an answer, with words for contents. */
function conversationOf(roles: string): Message[] {
  return Array.from(roles, (letter, at) => ({
    role: initials[letter] as Role,
    content: word(at),
  }));
}

/** Conversations that every template of a model has to say, and those that it may refuse. */
const asked = ["u", "uau", "uauau", "su", "suau", "suauau"];
const mayRefuse = new Set(["su", "suau", "suauau", "s", "uasu", "usu"]);

function pairsOf(roles: readonly Role[]): [Before, After][] {
  const befores: Before[] = ["start", ...roles];
  const afters: After[] = [...roles, "answer"];
  return befores.map((before, at) => [before, afters[at] as After]);
}

const shown = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** Adds what stands between the contents of this conversation. Throws Shapeless where that is not told by the roles. */
function addGaps(gaps: Map<string, string>, renderer: Asking, roles: string): void {
  const messages = conversationOf(roles);
  const text = rendered(renderer, messages);
  if (text === undefined) {
    if (mayRefuse.has(roles)) return;
    throw new Shapeless("it refuses a plain conversation");
  }
  const parts = around(text, messages.length);
  if (parts === undefined) {
    if (!asked.includes(roles)) return;
    throw new Shapeless("it repeats contents, leaves some out or puts them in another order");
  }
  for (const [at, pair] of pairsOf(messages.map(({ role }) => role as Role)).entries()) {
    const key = between(...pair);
    const [known, found = ""] = [gaps.get(key), parts[at]];
    if (known !== undefined && known !== found) {
      if (!asked.includes(roles)) return;
      throw new Shapeless(
        `between ${pair.join(" and ")} it writes once ${shown(known)} and once ${shown(found)}`,
      );
    }
    gaps.set(key, found);
  }
}

/** What comes before a user's content where the system's is empty. */
function addEmptySystem(gaps: Map<string, string>, renderer: Asking): void {
  const messages: Message[] = [
    { role: "system", content: "" },
    { role: "user", content: word(0) },
  ];
  const [before] = around(rendered(renderer, messages) ?? "", 1) ?? [];
  if (before !== undefined) gaps.set(between("empty", "user"), before);
}

function trimOf(kept: string, given: string): Trim {
  if (kept === given) return "nothing";
  if (kept === "") return "spaces";
  return kept === given.replaceAll("\n", "") ? "newlines" : "nothing";
}

/** Newlines and spaces around a content, both outermost once. */
const paddings = ["\n\n", " \n\t"];

/** What is left of the padding around the word of this role. */
function trimmingOf(renderer: Asking, role: Role): Trimming {
  const roles = role === "system" ? "su" : "uau";
  const place = role === "system" ? 0 : role === "user" ? 2 : 1;
  const trimmings = paddings.map((padding): Trimming | undefined => {
    const messages = conversationOf(roles).map((message, at) =>
      at === place ? { ...message, content: padding + word(at) + padding } : message,
    );
    const plain = around(rendered(renderer, conversationOf(roles)) ?? "", messages.length);
    const padded = around(rendered(renderer, messages) ?? "", messages.length);
    if (plain === undefined || padded === undefined) return undefined;
    const before = (padded[place] ?? "").slice((plain[place] ?? "").length);
    const after = padded[place + 1] ?? "";
    const follows = plain[place + 1] ?? "";
    const left = after.slice(0, after.length - follows.length);
    return { start: trimOf(before, padding), end: trimOf(left, padding) };
  });
  const [newlines, spaces] = trimmings;
  if (newlines === undefined || spaces === undefined) return { start: "nothing", end: "nothing" };
  const both = (edge: keyof Trimming): Trim =>
    newlines[edge] !== "nothing" && spaces[edge] === "nothing" ? "newlines" : spaces[edge];
  return { start: both("start"), end: both("end") };
}

function shapeOf(renderer: Asking): ChatShape {
  const gaps = new Map<string, string>();
  for (const roles of [...asked, "s", "uasu", "usu"]) addGaps(gaps, renderer, roles);
  addEmptySystem(gaps, renderer);
  const trims = {
    system: trimmingOf(renderer, "system"),
    user: trimmingOf(renderer, "user"),
    assistant: trimmingOf(renderer, "assistant"),
  };
  return { gaps, trims };
}

/** Python's white space, as templates take it off. */
const space = "[\\s\\x1c-\\x1f\\x85]";

const patterns: Readonly<Record<Trim, string>> = {
  nothing: "(?!)",
  newlines: "\\n",
  spaces: space,
};

function trimmed(content: string, { start, end }: Trimming): string {
  const first = new RegExp(`^(?:${patterns[start]})+`, "u");
  const last = new RegExp(`(?:${patterns[end]})+$`, "u");
  return content.replace(first, "").replace(last, "");
}

/**
 * A conversation as a template of this shape says it, up to where the answer begins; undefined where it would refuse.
 * This is what the TEMPLATE of go-template.ts does.
 */
export function said(
  { gaps, trims }: ChatShape,
  messages: readonly { role: Role; content: string }[],
): string | undefined {
  let [text, before]: [string, Before] = ["", "start"];
  for (const { role, content } of messages) {
    if (before === "start" && role === "system" && content === "") {
      before = "empty";
      continue;
    }
    const gap = gaps.get(between(before, role));
    if (gap === undefined) return undefined;
    text += gap + trimmed(content, trims[role]);
    before = role;
  }
  const end = gaps.get(between(before, "answer"));
  return end === undefined ? undefined : text + end;
}

/** Undefined where the shape says every trial as the template does. */
function departure(shape: ChatShape, renderer: Asking): string | undefined {
  for (const messages of trials) {
    const truth = rendered(renderer, messages);
    const own = said(shape, messages);
    if (truth === own || (truth === undefined && messages[0]?.role === "system")) continue;
    const roles = messages.map(({ role }) => role).join(", ");
    const letters = Array.from(own ?? "");
    const at = Array.from(truth ?? "").findIndex((one, place) => letters[place] !== one);
    return `of ${roles} it writes ${shown((truth ?? "").slice(Math.max(0, at - 20)))}, which is not told by who speaks`;
  }
  return undefined;
}

/** The shape of a template, or why it has none. */
export function chatShape(renderer: Asking): { shape: ChatShape } | { reason: string } {
  try {
    const shape = shapeOf(renderer);
    const reason = departure(shape, renderer);
    return reason === undefined ? { shape } : { reason };
  } catch (error) {
    if (error instanceof Shapeless) return { reason: error.message };
    throw error;
  }
}
