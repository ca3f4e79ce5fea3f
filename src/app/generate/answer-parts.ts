// The parts of an answer as its tokens come, whatever reads them: thoughts, content and calls told apart, or text as it is.
import type { GeneratedToken, GenerationEnd } from "../../generate/index.ts";
import type { AnswerPart } from "../../text/index.ts";

/** From text to parts: `AnswerReader` of text/, or one that looks for less. */
export interface PartReader {
  /** The parts that have become certain with this text. */
  add(text: string): AnswerPart[];
  /** The rest, when no text follows. */
  end(): AnswerPart[];
}

export const asContent = (text: string): AnswerPart[] =>
  text === "" ? [] : [{ kind: "content", text }];

/** All is content. */
export const plainReader: PartReader = { add: asContent, end: () => [] };

/** What can only be read when it is whole. */
export function wholeReader(read: (text: string) => AnswerPart[]): PartReader {
  let whole = "";
  return {
    add: (text) => {
      whole += text;
      return [];
    },
    end: () => read(whole),
  };
}

export class AnswerParts {
  readonly #reader: PartReader;
  /** Characters that were read. */
  #read = 0;

  constructor(reader: PartReader) {
    this.#reader = reader;
  }

  add({ text }: Pick<GeneratedToken, "text">): AnswerPart[] {
    this.#read += text.length;
    return this.#reader.add(text);
  }

  /** With the text that became certain at the end. */
  end({ text }: Pick<GenerationEnd, "text">): AnswerPart[] {
    return [...this.#reader.add(text.slice(this.#read)), ...this.#reader.end()];
  }
}
