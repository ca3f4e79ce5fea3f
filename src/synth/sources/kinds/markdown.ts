// Markdown, as its own text: offsets are those of the file, marks and all. Files of any size, piece by piece.
import { LONGEST_PART, PART_CHARACTERS } from "../parts.ts";
import type { SourceReader } from "../reader.ts";
import type { SourcePart } from "../types.ts";
import { MarkdownBlocks } from "./markdown-blocks.ts";

/** Cuts pieces into lines and those into parts, between blocks where that is possible within reach. */
class MarkdownParts {
  readonly #blocks = new MarkdownBlocks();
  #text = "";
  #start = 0;
  /** Of `#text`, what is in lines already. */
  #done = 0;

  *add(piece: string): Generator<SourcePart> {
    this.#text += piece;
    yield* this.#lines(false);
    if (this.#text.length - this.#done > LONGEST_PART) yield* this.#lines(true);
  }

  *#lines(takesRest: boolean): Generator<SourcePart> {
    for (;;) {
      const end = this.#lineEnd();
      if (end === -1) break;
      this.#line(end);
      yield* this.#ready();
    }
    if (!takesRest || this.#done === this.#text.length) return;
    this.#line(this.#text.length);
    yield* this.#ready();
  }

  /** Behind the next line break; -1 when none has come. */
  #lineEnd(): number {
    const end = this.#text.indexOf("\n", this.#done);
    return end === -1 ? -1 : end + 1;
  }

  #line(end: number): void {
    let last = end;
    if (this.#text[last - 1] === "\n") last--;
    if (this.#text[last - 1] === "\r") last--;
    this.#blocks.line(this.#text.slice(this.#done, last), this.#start + this.#done);
    this.#done = end;
  }

  *#ready(): Generator<SourcePart> {
    if (this.#done < PART_CHARACTERS) return;
    if (!this.#blocks.isBetween && this.#done < LONGEST_PART) return;
    yield* this.#part();
  }

  *#part(): Generator<SourcePart> {
    this.#blocks.end();
    const text = this.#text.slice(0, this.#done);
    yield { start: this.#start, text, blocks: this.#blocks.take() };
    this.#start += this.#done;
    this.#text = this.#text.slice(this.#done);
    this.#done = 0;
  }

  *finish(): Generator<SourcePart> {
    yield* this.#lines(true);
    if (this.#done > 0) yield* this.#part();
  }
}

async function* readMarkdown(pieces: AsyncIterable<string>): AsyncGenerator<SourcePart> {
  const parts = new MarkdownParts();
  for await (const piece of pieces) yield* parts.add(piece);
  yield* parts.finish();
}

export const markdownReader: SourceReader = {
  about: "Markdown: headings, lists, tables, code and quotes",
  extensions: ["md", "markdown", "mdown", "mkd"],
  container: false,
  streams: true,
  recognises: (name, head) =>
    /\.(md|markdown|mdown|mkd)$/i.test(name) && !head.subarray(2).includes(0) ? 0.5 : 0,
  read: (input) => readMarkdown(input.texts()),
};
