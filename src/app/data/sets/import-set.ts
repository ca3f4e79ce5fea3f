// A file that was dropped onto the studio as a dataset: read in whichever form its ending says, every row that cannot be
// used told with its place. With such rows nothing is made unless that is asked for; then they are left out and listed
// with the set. Conversations become a set of the dataset creator, rows of another kind a set kept version by version.
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { temporaryNameFor } from "../../../core/atomic-files.ts";
import { FtError } from "../../../core/errors.ts";
import { makeFolders } from "../../../core/folders.ts";
import { interrupted } from "../../../core/interrupted.ts";
import { fileReaders } from "../../../data/files/index.ts";
import { isObject, kindOf } from "../../../data/formats/format.ts";
import { commitRows, type Store } from "../../../store/index.ts";
import {
  createFilledDataset,
  type DatasetFormat,
  fileInStep,
} from "../../../store/platform/index.ts";
import { formOf, knownFields, rowForms } from "../../../synth/profiles/forms/index.ts";
import { type LossEntry, LossReport } from "../../../synth/profiles/write/loss-report.ts";
import { readRecord } from "../../../synth/records/reading.ts";
import type { JsonObject } from "../../../text/types.ts";
import { convertRow } from "../../platform/convert.ts";
import { formattedRow } from "../../platform/row-format.ts";
import { noRows } from "./set-errors.ts";

export interface LeftOutRow {
  /** From 1. */
  line: number;
  field: string;
  why: string;
  /** The beginning of the row, where there is one. */
  text: string;
}

export interface ImportReport {
  file: string;
  rows: number;
  taken: number;
  leftOut: number;
  /** The first of them. */
  left: LeftOutRow[];
  losses: LossEntry[];
  /** "chat", "instruction", or the name of another form. */
  form: string | null;
  /** The set that was made: its number, or "sets:NAME"; null where nothing was. */
  made: string | null;
}

export interface ImportSetRequest {
  /** As the file is called where it comes from. */
  name: string;
  title?: string | undefined;
  folder: string;
  /** Makes the set without the rows that cannot be used. */
  leavesOut: boolean;
  /** Stands in the set's metadata: asked for again under it, what is made already is given. */
  key?: string | undefined;
}

export interface ImportWatch {
  signal?: AbortSignal | undefined;
  /** Called every few hundred rows; `total` is known once all have been looked through. */
  onRows?: ((done: number, total: number | undefined) => void) | undefined;
}

const rowsBetween = 500;

/** Left-out rows that stay listed with the set. */
const mostTold = 200;
const longestText = 400;

type Taken = { rows: JsonObject[]; form: string } | { left: Omit<LeftOutRow, "text"> };

/** A conversation in another spelling, as messages. */
function asChat(row: JsonObject, line: number, report: LossReport): Taken | undefined {
  const form = formOf(row);
  if (form === undefined) return undefined;
  const read = readRecord(form, row, line);
  if (!("record" in read)) {
    const [first] = read.problems;
    return { left: { line, field: first?.field ?? "", why: first?.message ?? "" } };
  }
  const { record } = read;
  if (record.preference !== undefined || record.messages.length < 2) return undefined;
  const done = rowForms.get("chat").project(record, { line, keepsSource: true });
  if ("refused" in done) return { left: { line, ...done.refused } };
  report.lose(line, [...read.losses, ...done.losses]);
  return { rows: [done.row], form: "chat" };
}

const nameOfForm = (row: JsonObject): string | undefined => {
  const form = formOf(row);
  return rowForms.names().find((name) => rowForms.get(name) === form);
};

/** A row of the file; `wanted` is the form of those before it. */
function taken(
  row: JsonObject,
  line: number,
  wanted: string | undefined,
  report: LossReport,
): Taken {
  const isKept = wanted !== undefined && wanted !== "chat" && wanted !== "instruction";
  if (!isKept) {
    const read = formattedRow(row, line);
    if ("format" in read && (wanted === undefined || wanted === read.format))
      return { rows: [row], form: read.format };
    if ("format" in read) {
      const done = convertRow(row, wanted as DatasetFormat, { line });
      if (done.refused !== undefined) return { left: { line, ...done.refused } };
      report.lose(line, done.losses);
      return { rows: done.rows, form: wanted as string };
    }
    const chat = wanted === "instruction" ? undefined : asChat(row, line, report);
    if (chat !== undefined) return chat;
    if (nameOfForm(row) === undefined || wanted !== undefined)
      return { left: { line, ...read.fault } };
  }
  const form = nameOfForm(row);
  if (form !== undefined && (wanted === undefined || form === wanted)) return { rows: [row], form };
  const why = `the rows before it are in the format ${wanted}; this one has the fields ${knownFields(row)}`;
  return { left: { line, field: "", why } };
}

type Read = { row: JsonObject; line: number } | { left: LeftOutRow };

async function* readAll(path: string, ending: string): AsyncGenerator<Read> {
  let count = 0;
  try {
    for await (const raw of fileReaders.get(ending)(path)) {
      count++;
      const line = "item" in raw ? (raw.item ?? raw.line) : raw.line;
      if (!("value" in raw)) yield { left: { line, field: "", why: raw.problem, text: "" } };
      else if (isObject(raw.value)) yield { row: raw.value as JsonObject, line };
      else {
        const why = `a row must be an object, not ${kindOf(raw.value)}`;
        yield {
          left: { line, field: "", why, text: JSON.stringify(raw.value).slice(0, longestText) },
        };
      }
    }
  } catch (error) {
    // what cannot be read from here on ends the reading; what came before stays
    if (!(error instanceof FtError) || (error.at?.line === undefined && count === 0)) throw error;
    yield { left: { line: error.at?.line ?? count + 1, field: "", why: error.message, text: "" } };
  }
}

class Importing {
  readonly report = new LossReport();
  readonly left: LeftOutRow[] = [];
  form: string | undefined;
  rows = 0;
  taken = 0;
  leftOut = 0;
  readonly #path: string;
  readonly #ending: string;
  readonly #watch: ImportWatch;
  readonly #total: number | undefined;

  constructor(path: string, ending: string, watch: ImportWatch = {}, total?: number) {
    this.#path = path;
    this.#ending = ending;
    this.#watch = watch;
    this.#total = total;
  }

  /** Rows that can be used; counts, and tells of the others. */
  async *usable(): AsyncGenerator<JsonObject> {
    for await (const read of readAll(this.#path, this.#ending)) {
      this.rows++;
      if (this.rows % rowsBetween === 0) this.#tell();
      if ("left" in read) this.#leave(read.left);
      else yield* this.#take(read.row, read.line);
    }
  }

  #tell(): void {
    const { signal, onRows } = this.#watch;
    if (signal?.aborted === true) throw interrupted("importing the file; nothing was imported");
    onRows?.(this.rows, this.#total);
  }

  *#take(row: JsonObject, line: number): Generator<JsonObject> {
    const done = taken(row, line, this.form, this.report);
    if ("left" in done) {
      this.#leave({ ...done.left, text: JSON.stringify(row).slice(0, longestText) });
      return;
    }
    this.form ??= done.form;
    this.taken++;
    yield* done.rows;
  }

  #leave(row: LeftOutRow): void {
    this.leftOut++;
    if (this.left.length < mostTold) this.left.push(row);
  }
}

const setName = (name: string): string =>
  (name.normalize("NFC").match(/[\p{L}\p{N}._]+/gu) ?? ["set"]).join("-").replace(/^[._]+/, "") ||
  "set";

async function makeSet(
  store: Store,
  path: string,
  looked: Importing,
  request: ImportSetRequest & ImportWatch & { title: string; file: string },
): Promise<string> {
  const { title, file, folder, key } = request;
  const form = looked.form ?? "chat";
  const again = new Importing(path, extname(file).toLowerCase(), request, looked.rows);
  again.form = form;
  if (form !== "chat" && form !== "instruction") {
    const texts = async function* () {
      for await (const row of again.usable()) yield JSON.stringify(row);
    };
    const facts = { action: "import", message: file, details: { left_out: looked.left } };
    await commitRows(store, setName(title), texts(), facts);
    return `sets:${setName(title)}`;
  }
  const metadata = {
    uploaded_as: file,
    ...(key !== undefined && { import: key }),
    ...(looked.leftOut > 0 && { left_out: { rows: looked.leftOut, first: looked.left } }),
    ...(looked.report.losses.length > 0 && { losses: looked.report.losses }),
  };
  const examples = async function* () {
    for await (const content of again.usable()) yield { content };
  };
  const made = await createFilledDataset(store, {
    wanted: { name: title, format: form, folder, metadata },
    examples: examples(),
  });
  await fileInStep(store, made.id);
  return String(made.id);
}

/** What stands on lines that no reader could read: a person knows the row by its words. */
async function withLines(path: string, left: LeftOutRow[]): Promise<void> {
  const unread = left.filter(({ text }) => text === "");
  const last = Math.max(0, ...unread.map(({ line }) => line));
  if (last === 0) return;
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity });
  let number = 0;
  for await (const text of lines) {
    number++;
    for (const row of unread) if (row.line === number) row.text = text.slice(0, longestText);
    if (number >= last) break;
  }
  lines.close();
}

/** The set that was made of this file already: its numbered one alone, as the same rows kept again change nothing. */
async function madeBefore(store: Store, key: string | undefined): Promise<string | undefined> {
  if (key === undefined) return undefined;
  const row = await store.db
    .selectFrom("datasets")
    .innerJoin("dataset_states", "dataset_states.dataset_id", "datasets.id")
    .select("datasets.id")
    .where("metadata", "like", `%"import":${JSON.stringify(key)}%`)
    .where("removed_at", "is", null)
    .executeTakeFirst();
  return row === undefined ? undefined : String(row.id);
}

const nameOf = (name: string): { file: string; ending: string } => {
  const file = basename(name.replaceAll("\\", "/")) || "rows.jsonl";
  return { file, ending: extname(file).toLowerCase() };
};

/** Throws what a reader says of a kind of file that it does not know, before any of it is taken. */
export function requireReadable(name: string): void {
  fileReaders.get(nameOf(name).ending);
}

/** Of a file of this machine, which stays. Throws FT-DATA-042 where it has no rows. */
export async function importFile(
  store: Store,
  path: string,
  request: ImportSetRequest & ImportWatch,
): Promise<ImportReport> {
  const { file, ending } = nameOf(request.name);
  const looked = new Importing(path, ending, request);
  for await (const _ of looked.usable());
  if (looked.rows === 0) throw noRows(file);
  if (ending === ".jsonl" || ending === ".ndjson") await withLines(path, looked.left);
  const isMade = looked.taken > 0 && (looked.leftOut === 0 || request.leavesOut);
  const title = request.title ?? file.slice(0, file.length - ending.length);
  const make = async (): Promise<string> =>
    (await madeBefore(store, request.key)) ??
    (await makeSet(store, path, looked, { ...request, title, file }));
  const made = isMade ? await make() : null;
  const { rows, taken: used, leftOut, left, form = null } = looked;
  return { file, rows, taken: used, leftOut, left, losses: looked.report.losses, form, made };
}

/** As `importFile`, of a stream. */
export async function importSet(
  store: Store,
  stream: Readable,
  request: ImportSetRequest,
): Promise<ImportReport> {
  const { ending } = nameOf(request.name);
  requireReadable(request.name);
  makeFolders(request.folder);
  const path = `${temporaryNameFor(join(request.folder, "import"))}${ending}`;
  try {
    await pipeline(stream, createWriteStream(path, { flags: "wx", mode: 0o600 }));
    return await importFile(store, path, request);
  } finally {
    await rm(path, { force: true });
  }
}
