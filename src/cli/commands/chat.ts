// ft chat: a conversation on the terminal, with a model, an adapter on it, or both side by side.
import { writeFileSync } from "node:fs";
import type { ChatAnswer, ChatPiece, ChatSession } from "../../app/chat/chat-session.ts";
import { FtError, UsageError } from "../../core/errors.ts";
import { counted } from "../../core/units.ts";
import type { Message } from "../../text/types.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { columns, wrapped } from "../render/columns.ts";
import { downloadNote } from "../render/download.ts";
import type { Typing } from "../typing.ts";
import { AnsweringOptions } from "./answering-options.ts";

/** What a line that begins with a slash does. */
interface ChatCommand {
  /** As help shows it, after the name. */
  takes?: string;
  about: string;
  run(chat: Chat, rest: string): Promise<void> | void;
}

const textOf = (content: Message["content"]): string =>
  typeof content === "string" ? content : JSON.stringify(content ?? "");

/** One line, so that the conversation goes on. Throws what is neither ours nor the file system's. */
function toldError(error: unknown): string {
  if (error instanceof FtError) return `error ${error.code}: ${error.message}`;
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  return `error: ${message}`;
}

const speakerName = (speaker: string): string => (speaker === "" ? "base" : speaker);

const commands: Readonly<Record<string, ChatCommand>> = {
  help: { about: "this list", run: ({ io }) => io.print(helpText(io.terminalWidth ?? 80)) },
  system: {
    takes: "TEXT",
    about: "begin anew with this system message; without a text, with none",
    run: ({ session, io }, rest) => {
      session.setSystem(rest);
      io.note(
        rest === "" ? "no system message" : "system message set; the conversation begins anew",
      );
    },
  },
  reset: { about: "begin anew", run: ({ session }) => session.reset() },
  undo: {
    about: "take the last question and its answer back",
    run: ({ session, io }) => {
      io.note(session.undo() === undefined ? "nothing was asked yet" : "taken back");
    },
  },
  retry: {
    about: "ask the last question again",
    run: async (chat) => {
      const question = chat.session.undo();
      if (question === undefined) chat.io.note("nothing was asked yet");
      else await chat.ask(question);
    },
  },
  adapter: {
    takes: "FOLDER",
    about: "let an adapter answer; without a folder, the model as it is",
    run: async ({ session, io, isComparing }, rest) => {
      if (rest === "") session.speaker = "";
      else
        for (const warning of await session.addAdapter(rest, rest)) io.note(`warning: ${warning}`);
      const others = isComparing ? "; all are compared until /compare" : "";
      io.note(`${speakerName(session.speaker)} answers${others}`);
    },
  },
  compare: {
    about: "show the answers of the model and its adapters side by side, or no more",
    run: (chat) => {
      chat.isComparing = !chat.isComparing;
      const few = chat.session.speakers.length < 2 ? ": /adapter FOLDER gives it somebody" : "";
      chat.io.note(chat.isComparing ? `comparing${few}` : "one answers");
    },
  },
  history: {
    about: "show the conversation",
    run: ({ session, io }) => {
      for (const { role, content } of session.messages) io.print(`${role}: ${textOf(content)}`);
    },
  },
  save: {
    takes: "FILE",
    about: "append the conversation to a file of rows to train on",
    run: ({ session, io }, rest) => {
      if (rest === "") return io.note("/save FILE.jsonl");
      if (session.messages.length === 0) return io.note("nothing was said yet");
      writeFileSync(rest, `${JSON.stringify({ messages: session.messages })}\n`, { flag: "a" });
      io.note(`saved to ${rest}`);
    },
  },
  exit: { about: "end; so does Ctrl-D", run: (chat) => void (chat.isOver = true) },
};

const nameWidth = 18;

/** Where a terminal is narrow, what a command does goes on below itself. */
function helpText(width: number): string {
  const lines = Object.entries(commands).flatMap(([name, { takes, about }]) => {
    const spelled = `/${name}${takes === undefined ? "" : ` ${takes}`}`;
    const [first = "", ...rest] = wrapped(about, Math.max(width - nameWidth, nameWidth));
    const more = rest.map((line) => `${"".padEnd(nameWidth)}${line}`);
    return [`${spelled.padEnd(nameWidth)}${first}`, ...more];
  });
  const many =
    'A line that ends in \\ goes on in the next; """ begins and ends text of several lines.';
  return [...lines, ...wrapped(many, width)].join("\n");
}

class Chat {
  readonly session: ChatSession;
  readonly io: Io;
  readonly #typing: Typing;
  isComparing = false;
  isOver = false;

  constructor(session: ChatSession, io: Io, typing: Typing) {
    this.session = session;
    this.io = io;
    this.#typing = typing;
  }

  /** What one line, or text of several, asks for. Errors of commands are told, and the conversation goes on. */
  async take(text: string): Promise<void> {
    const [, name, rest = ""] = /^\/(\w+)\s*([^]*)$/.exec(text) ?? [];
    const command =
      name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
    try {
      if (command !== undefined) await command.run(this, rest.trim());
      else if (name === undefined) await this.ask(text);
      else this.io.note(`there is no /${name}; /help lists what there is`);
    } catch (error) {
      this.io.talk(toldError(error));
    }
  }

  async ask(question: string): Promise<void> {
    await this.#typing.answering(async (signal) => {
      if (this.isComparing && this.session.speakers.length > 1)
        this.#showAll(await this.session.askAll(question, signal));
      else this.#tell(await this.session.ask(question, { onPiece: this.#writer(), signal }));
    });
  }

  /** Writes pieces as they come, thoughts apart from what is answered. */
  #writer(): (piece: ChatPiece) => void {
    let kind: ChatPiece["kind"] = "content";
    return (piece) => {
      if (piece.kind !== kind) this.io.printPart(piece.kind === "content" ? "\n\n" : "(thinks) ");
      kind = piece.kind;
      this.io.printPart(piece.text);
    };
  }

  #showAll(answers: ReadonlyMap<string, ChatAnswer>): void {
    const texts = [...answers].map(([speaker, { message }]) => ({
      title: speakerName(speaker),
      text: message.content,
    }));
    this.io.print(columns(texts, this.io.terminalWidth ?? 80));
  }

  #tell({ end }: ChatAnswer): void {
    this.io.print("");
    const { tokenIds, seconds, finishReason } = end;
    const speed = `${counted(tokenIds.length, "token")}, ${(tokenIds.length / seconds.all).toFixed(1)} tokens/s`;
    const how = { length: ", cut at --max-tokens", cancelled: ", stopped" }[finishReason as string];
    this.io.note(`${speed}${how ?? ""}`);
  }
}

/** Lines as they are typed, of which some make up one text. */
async function* texts(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let open: string[] | undefined;
  let isBlock = false;
  for await (const line of lines) {
    const isFence = line.trim() === '"""';
    if (open === undefined && isFence) [open, isBlock] = [[], true];
    else if (isBlock && !isFence) open?.push(line);
    else if (!isBlock && line.endsWith("\\")) open = [...(open ?? []), line.slice(0, -1)];
    else {
      const text = [...(open ?? []), ...(isFence ? [] : [line])].join("\n");
      [open, isBlock] = [undefined, false];
      if (text.trim() !== "") yield text;
    }
  }
  if (open !== undefined && open.length > 0) yield open.join("\n");
}

export const chat = defineCommand({
  name: "chat",
  summary: "Chat with a model, with an adapter, or with both side by side",
  arguments: {
    model: { about: "Hub id, folder, .gguf file, builtin/tiny, or an adapter's or a run's folder" },
  },
  options: AnsweringOptions,
  examples: [
    "ft chat ./output",
    'ft chat builtin/smollm2 --system "Answer in one sentence." --temperature 0.7',
    "ft chat HuggingFaceTB/SmolLM2-135M-Instruct --adapter ./output/final_model",
  ],
  run: async ({ arguments: { model: name = "" }, options }, io) => {
    if (io.mode.json)
      throw new UsageError("FT-USAGE-009", {
        message: "A conversation cannot be printed as one JSON document",
        hint: "ft generate MODEL --prompts FILE --json, or ft serve MODEL",
      });
    const { openChat } = await import("../../app/chat/open-chat.ts");
    const { adapter, loadIn4bit, ...how } = options;
    const opening = { adapter, loadIn4bit, ...how, onDownload: downloadNote(io) };
    const { session, close, warnings } = await openChat(name, opening);
    const typing = io.typing();
    try {
      for (const warning of warnings) io.note(`warning: ${warning}`);
      io.note("/help lists what a line can begin with; Ctrl-D ends");
      const talk = new Chat(session, io, typing);
      for await (const text of texts(typing.lines("> "))) {
        await talk.take(text);
        if (talk.isOver) break;
      }
    } finally {
      typing.close();
      close();
    }
  },
});
