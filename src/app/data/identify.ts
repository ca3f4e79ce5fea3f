// Conversations in documents, as rows of a file: what ft data identify does, in plain data.
import { join } from "node:path";
import { conversationsOf } from "../../synth/identify/conversations/conversations.ts";
import { Identifier } from "../../synth/identify/identify.ts";
import type { RangesOf } from "../../synth/identify/model/ranges.ts";
import type { IdentifyReport } from "../../synth/identify/report.ts";
import type { FoundConversation } from "../../synth/identify/types.ts";
import { requireApart } from "../../synth/rows/apart.ts";
import { formerOutput } from "../../synth/rows/former-output.ts";
import { WholeFile } from "../../synth/rows/whole-file.ts";
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

/** Where the text of a source is written; no name leads out of the folder. */
export function textFile(folder: string, source: string): string {
  const inside = source.split(/[\\/]/u).map((step) => (step === ".." ? "__" : step));
  return join(folder, `${inside.join("/")}.txt`);
}

function rowOf({ source, messages, rule, confidence }: FoundConversation): string {
  const said = messages.map(({ role, content, name, spans }) =>
    name === undefined || name === "" ? { role, content, spans } : { role, content, name, spans },
  );
  return JSON.stringify({ source, messages: said, rule, confidence });
}

/** Reads documents, writes a row for every conversation found in them, and tells what became of each document. */
export async function identifyConversations(request: IdentifyRequest): Promise<Identified> {
  const { paths, output, writeText, assistants = [], rangesOf, signal } = request;
  const { minTurns = 2, minConfidence = 0.5 } = request;
  const identifier = new Identifier(
    { assistants, minTurns, minConfidence },
    { conversationsOf, rangesOf },
  );
  const leaveOut = formerOutput({ output, texts: writeText });
  const opened = openSources(paths, { ...openOptions(request.reading ?? {}), signal, leaveOut });
  requireApart({ reads: opened.files, writes: [output] });
  using rows = output === undefined ? undefined : new WholeFile(output);
  for await (const source of opened) {
    using text =
      writeText === undefined ? undefined : new WholeFile(textFile(writeText, source.source));
    for await (const found of identifier.of(source, (part) => text?.write(part)))
      rows?.line(rowOf(found));
    await text?.commit();
  }
  await rows?.commit();
  return {
    ...identifier.report,
    output,
    skipped: opened.report.skipped,
    notes: notesOf(opened.report),
  };
}
