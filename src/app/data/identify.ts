// Conversations in documents, as rows of a file: what ft data identify does, in plain data.
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { replaceFileAtomic, temporaryNameFor } from "../../core/atomic-files.ts";
import { conversationsOf } from "../../synth/identify/conversations/conversations.ts";
import { Identifier } from "../../synth/identify/identify.ts";
import type { RangesOf } from "../../synth/identify/model/ranges.ts";
import type { IdentifyReport } from "../../synth/identify/report.ts";
import type { FoundConversation } from "../../synth/identify/types.ts";
import { openSources } from "../../synth/sources/open.ts";
import { openOptions, type SourceOptions } from "../../synth/sources/options.ts";
import type { SkippedSource, SourceReport } from "../../synth/sources/report.ts";

export interface IdentifyRequest {
  readonly paths: readonly string[];
  /** JSON lines; without it only the report is made. */
  readonly output?: string | undefined;
  /** Folder for the text that offsets count in. */
  readonly writeText?: string | undefined;
  readonly assistants?: readonly string[] | undefined;
  readonly minTurns?: number | undefined;
  readonly minConfidence?: number | undefined;
  /** A model for what rules leave open. */
  readonly rangesOf?: RangesOf | undefined;
  readonly reading?: SourceOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Identified extends IdentifyReport {
  readonly output: string | undefined;
  readonly skipped: readonly SkippedSource[];
  /** What was left out of documents that were read, or guessed. */
  readonly notes: readonly SourceNote[];
}

export interface SourceNote {
  readonly source: string;
  readonly code: string;
  readonly reason: string;
}

const notesOf = ({ read }: SourceReport): SourceNote[] =>
  read.flatMap(({ source, notes }) => notes.map((note) => ({ source, ...note })));

/** A file written piece by piece that has its name only when all of it is there. */
class WholeFile {
  readonly #final: string;
  readonly #temporary: string;
  readonly #stream: Writable;

  constructor(final: string) {
    this.#final = final;
    this.#temporary = temporaryNameFor(final);
    this.#stream = createWriteStream(this.#temporary, { flags: "wx" });
  }

  async write(text: string): Promise<void> {
    if (!this.#stream.write(text)) await once(this.#stream, "drain");
  }

  async finish(): Promise<void> {
    this.#stream.end();
    await once(this.#stream, "finish");
    await replaceFileAtomic(this.#temporary, this.#final);
  }

  async discard(): Promise<void> {
    this.#stream.destroy();
    await rm(this.#temporary, { force: true });
  }
}

async function wholeFile<T>(
  path: string | undefined,
  work: (file: WholeFile | undefined) => Promise<T>,
): Promise<T> {
  if (path === undefined) return await work(undefined);
  await mkdir(dirname(path), { recursive: true });
  const file = new WholeFile(path);
  try {
    const result = await work(file);
    await file.finish();
    return result;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Where the text of a source is written; no name leads out of the folder. */
export function textFile(folder: string, source: string): string {
  const inside = source.split(/[\\/]/u).map((step) => (step === ".." ? "__" : step));
  return join(folder, `${inside.join("/")}.txt`);
}

function rowOf({ source, messages, rule, confidence }: FoundConversation): string {
  const said = messages.map(({ role, content, name, spans }) =>
    name === undefined || name === "" ? { role, content, spans } : { role, content, name, spans },
  );
  return `${JSON.stringify({ source, messages: said, rule, confidence })}\n`;
}

/** Texts wait for one another in order; what is not yet written is bounded by the part being read. */
function written(file: WholeFile | undefined): { see(text: string): void; done(): Promise<void> } {
  let last = Promise.resolve();
  return {
    see(text) {
      if (file !== undefined) last = last.then(() => file.write(text));
    },
    done: () => last,
  };
}

/** Reads documents, writes a row for every conversation found in them, and tells what became of each document. */
export async function identifyConversations(request: IdentifyRequest): Promise<Identified> {
  const { paths, output, writeText, assistants = [], rangesOf, signal } = request;
  const { minTurns = 2, minConfidence = 0.5 } = request;
  const identifier = new Identifier(
    { assistants, minTurns, minConfidence },
    { conversationsOf, rangesOf },
  );
  const opened = openSources(paths, { ...openOptions(request.reading ?? {}), signal });
  await wholeFile(output, async (rows) => {
    for await (const source of opened) {
      const at = writeText === undefined ? undefined : textFile(writeText, source.source);
      await wholeFile(at, async (text) => {
        const copy = written(text);
        for await (const found of identifier.of(source, copy.see)) await rows?.write(rowOf(found));
        await copy.done();
      });
    }
  });
  return {
    ...identifier.report,
    output,
    skipped: opened.report.skipped,
    notes: notesOf(opened.report),
  };
}
