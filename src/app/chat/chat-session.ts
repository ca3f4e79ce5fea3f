// A conversation with a model, turn by turn, by the model as it is or by an adapter on it. What was said before is not
// read again. Knows no terminal.
import type { GenerationEnd } from "../../generate/index.ts";
import type { Model } from "../../generate/load-model.ts";
import type { GenerateOptions } from "../../generate/options.ts";
import { type AnswerPart, readTemplate, rendererOf } from "../../text/index.ts";
import type { Message } from "../../text/types.ts";
import { answerFormOf, formatOf } from "../generate/answer-form.ts";
import { followed } from "../generate/followed.ts";
import { checkedOptions, requestOf } from "../generate/request.ts";

/** One who answers: "" is the model as it is. */
export type Speaker = string;

export interface ChatOptions extends Partial<GenerateOptions> {
  template?: string | undefined;
  system?: string | undefined;
}

export interface ChatPiece {
  kind: "reasoning" | "content";
  text: string;
}

export interface ChatAnswer {
  message: Message & { content: string };
  end: GenerationEnd;
}

interface Asked {
  onPiece?: (piece: ChatPiece) => void;
  signal?: AbortSignal | undefined;
}

export class ChatSession {
  readonly #model: Model;
  readonly #options: ChatOptions;
  readonly #adapters = new Map<Speaker, string>();
  #messages: Message[] = [];
  #system: string | undefined;
  #turns = 0;
  speaker: Speaker = "";

  constructor(model: Model, options: ChatOptions = {}) {
    this.#model = model;
    this.#options = options;
    this.#system = options.system;
  }

  /** The conversation, the system message first. */
  get messages(): readonly Message[] {
    const before: Message[] =
      this.#system === undefined ? [] : [{ role: "system", content: this.#system }];
    return [...before, ...this.#messages];
  }

  /** Those who can answer; the model first. */
  get speakers(): Speaker[] {
    return ["", ...this.#adapters.keys()];
  }

  /** Loads an adapter under a name and lets it answer from now on. Throws FtError of src/adapters. */
  async addAdapter(name: Speaker, path: string): Promise<readonly string[]> {
    const { warnings } = await this.#model.addAdapter(name, path);
    this.#adapters.set(name, path);
    this.speaker = name;
    return warnings;
  }

  /** Begins anew, from this system message on; none where it is empty. */
  setSystem(text: string): void {
    this.#system = text === "" ? undefined : text;
    this.reset();
  }

  reset(): void {
    this.#messages = [];
  }

  /** Takes the last question and its answer back; the question. */
  undo(): string | undefined {
    const at = this.#messages.findLastIndex(({ role }) => role === "user");
    const question = this.#messages[at]?.content;
    this.#messages = this.#messages.slice(0, Math.max(0, at));
    return typeof question === "string" ? question : undefined;
  }

  /** The answer of the one who speaks, which becomes part of the conversation. */
  async ask(question: string, asked: Asked = {}): Promise<ChatAnswer> {
    const user: Message = { role: "user", content: question };
    const answer = await this.#answer(this.speaker, [...this.messages, user], asked);
    this.#messages.push(user, answer.message);
    this.#turns += 1;
    return answer;
  }

  /** The answers of all to one question, at once; the conversation goes on with that of the one who speaks. */
  async askAll(question: string, signal?: AbortSignal): Promise<Map<Speaker, ChatAnswer>> {
    const user: Message = { role: "user", content: question };
    const messages = [...this.messages, user];
    const answers = await Promise.all(
      this.speakers.map(async (speaker) => {
        return [speaker, await this.#answer(speaker, messages, { signal })] as const;
      }),
    );
    const all = new Map(answers);
    this.#messages.push(user, (all.get(this.speaker) as ChatAnswer).message);
    this.#turns += 1;
    return all;
  }

  async #answer(
    speaker: Speaker,
    messages: readonly Message[],
    { onPiece, signal }: Asked,
  ): Promise<ChatAnswer> {
    const { system: _, template, ...writing } = this.#options;
    const settings = checkedOptions(writing);
    const source = template === undefined ? this.#model.template : readTemplate(template);
    const renderer = rendererOf(this.#model.tokenizer, source);
    const format = formatOf(this.#model, renderer);
    const form = answerFormOf(this.#model, format, renderer.promptText(messages));
    const request = requestOf(this.#model, { messages, template }, settings);
    // each turn draws anew
    const seed = request.seed + this.#turns;
    const asked = { ...request, seed, adapter: speaker, form };
    const onPart = (part: AnswerPart): void => onPiece?.(pieceOf(part));
    const { parts, end } = await followed(this.#model, asked, { onPart, signal });
    return { message: messageOf(parts.map(pieceOf)), end };
  }
}

/** A call as it is shown: nothing here carries it out. */
function pieceOf(part: AnswerPart): ChatPiece {
  if (part.kind !== "tool-call") return part;
  const { name, arguments: given } = part.call;
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return { kind: "content", text: `${name}(${text})` };
}

function messageOf(pieces: readonly ChatPiece[]): ChatAnswer["message"] {
  const textOf = (kind: ChatPiece["kind"]): string =>
    pieces.map((piece) => (piece.kind === kind ? piece.text : "")).join("");
  const reasoning = textOf("reasoning");
  const content = textOf("content");
  return { role: "assistant", content, ...(reasoning !== "" && { reasoning }) };
}
