// What a chat template can say besides roles and texts, found by trying: a word that must come out again is put where
// a call, a tool, a thought or a name stands. What does not come out would be dropped without a word.
import { FtError } from "../../core/errors.ts";
import type { Sayable } from "../sayable.ts";
import type { ContentPart, JsonObject, Message, Role, ToolCall } from "../types.ts";
import { templateMessages, type Wording } from "./template-messages.ts";

/** The text of a conversation; throws an FtError where the template does. */
export type Say = (messages: readonly JsonObject[], tools?: readonly JsonObject[]) => string;

/** Unlikely in any template, and nothing that one would escape, trim or split. */
const word = "qZprobeXk";

const asked: Message = { role: "user", content: "Say it." };
const answered: Message = { role: "assistant", content: "Said." };

/** Nine letters: some templates insist. */
const id = "abcdefghi";

function tool(name: string): JsonObject {
  const key = { type: "string", description: "A key." };
  const parameters = { type: "object", properties: { key }, required: ["key"] };
  return { type: "function", function: { name, description: "Does it.", parameters } };
}

interface Shape {
  messages: Message[];
  tools: JsonObject[] | undefined;
}

/** The shapes in which templates accept a call: with tools or none, with an empty text or none, answered or not. */
function callShapes(call: ToolCall): Shape[] {
  const result: Message = { role: "tool", name: call.name, toolCallId: id, content: "Done." };
  return [[tool("other")], undefined].flatMap((tools) =>
    [{}, { content: "" }].flatMap((content) =>
      [[result, answered], []].map((rest) => {
        const calls: Message = { role: "assistant", ...content, toolCalls: [call] };
        return { messages: [asked, calls, ...rest], tools };
      }),
    ),
  );
}

/** A list of parts in print, as a template writes it that expects a text. */
const printedParts = /['"]type['"]: ['"]/;

/** Keeps what was found. */
class Findings {
  readonly #known = new Map<string, unknown>();

  of<T>(key: string, find: () => T): T {
    if (!this.#known.has(key)) this.#known.set(key, find());
    return this.#known.get(key) as T;
  }
}

export class Capabilities implements Sayable, Wording {
  readonly #say: Say;
  readonly #findings = new Findings();

  constructor(say: Say) {
    this.#say = say;
  }

  get argumentsAs(): Wording["argumentsAs"] {
    return this.#arguments ?? "object";
  }

  get tools(): boolean {
    return this.#findings.of("tools", () => this.#says([asked], word, [tool(word)]));
  }

  get toolCalls(): boolean {
    return this.#arguments !== undefined;
  }

  get reasoning(): boolean {
    const thought: Message = { ...answered, reasoning: word };
    return this.#findings.of("reasoning", () => this.#says([asked, thought], word));
  }

  names(role: Role): boolean {
    const named: Message = { role, content: "Said.", name: word };
    const messages =
      role === "assistant" ? [asked, named] : role === "user" ? [named] : [named, asked];
    return this.#findings.of(`name of ${role}`, () => this.#says(messages, word));
  }

  /** Whether the part leaves a mark, and not by being printed as the list it stands in. */
  part(part: ContentPart): boolean {
    return this.#findings.of(`part of kind ${part.type}`, () => {
      if (!this.parts) return false;
      const text = { type: "text", text: word };
      const without = this.#text([{ role: "user", content: [text] }]);
      const withPart = this.#text([{ role: "user", content: [part, text] }]);
      return withPart !== undefined && withPart !== without && !printedParts.test(withPart);
    });
  }

  get parts(): boolean {
    return this.#findings.of("parts", () => {
      const text = this.#text([{ role: "user", content: [{ type: "text", text: word }] }]);
      return text !== undefined && text.includes(word) && !printedParts.test(text);
    });
  }

  /** How the arguments of a call must be given so that both name and arguments come out. */
  get #arguments(): Wording["argumentsAs"] | undefined {
    return this.#findings.of("calls", () =>
      (["object", "text"] as const).find((argumentsAs) => {
        const call = { id, name: `${word}Name`, arguments: { key: `${word}Value` } };
        return callShapes(call).some(({ messages, tools }) => {
          const text = this.#text(messages, tools, { parts: false, argumentsAs });
          return text?.includes(call.name) === true && text.includes(call.arguments.key);
        });
      }),
    );
  }

  #says(messages: readonly Message[], wanted: string, tools?: readonly JsonObject[]): boolean {
    return this.#text(messages, tools)?.includes(wanted) === true;
  }

  #text(
    messages: readonly Message[],
    tools?: readonly JsonObject[],
    wording: Wording = { parts: true, argumentsAs: "object" },
  ): string | undefined {
    try {
      return this.#say(templateMessages(messages, wording), tools);
    } catch (error) {
      if (error instanceof FtError) return undefined;
      throw error;
    }
  }
}
