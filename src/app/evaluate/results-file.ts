// The folder of an evaluation: results.jsonl with a row an answer, evaluation.json with what was asked and the scores. A
// second call with the same question goes on where the first one ended.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { writeFileAtomic, writeJsonAtomic } from "../../core/atomic-files.ts";
import { UsageError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";

/** One answer. The file of them may be scored again with `--predictions`. */
export interface ResultRow {
  index: number;
  file: string;
  line: number;
  id?: string | undefined;
  prompt: string;
  prediction: string;
  references: string[];
  tokens: number;
  finishReason: string;
  loss?: { sum: number; tokens: number } | undefined;
  scores: Record<string, number>;
}

/** What decides the answers: a file of answers to another question is not gone on with. */
export type Identity = Readonly<Record<string, unknown>>;

const summaryName = "evaluation.json";
const rowsName = "results.jsonl";

function otherThan(folder: string, before: Identity, identity: Identity): UsageError {
  const keys = Object.keys(identity).filter(
    (key) => !isDeepStrictEqual(before[key], identity[key]),
  );
  return new UsageError("FT-EVAL-006", {
    at: { file: folder },
    message: `another evaluation is there already: it differs in ${keys.join(", ")}`,
    hint: `--output ${shellWord(`${folder}-2`)}`,
  });
}

function readIdentity(folder: string): Identity | undefined {
  const file = join(folder, summaryName);
  if (!existsSync(file)) return undefined;
  const { asked } = JSON.parse(readFileSync(file, "utf8")) as { asked?: Identity };
  return asked;
}

/** Whole lines; what a crash left of one is no row. */
function wholeRows(file: string): ResultRow[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as ResultRow);
}

/** What a finished evaluation of an earlier day has. Throws UsageError FT-EVAL-009 where there is none. */
export function readResults(folder: string): { model: string; rows: ResultRow[] } {
  const file = join(folder, summaryName);
  const rows = wholeRows(join(folder, rowsName));
  if (existsSync(file) && rows.length > 0) {
    const { model = basename(folder) } = JSON.parse(readFileSync(file, "utf8")) as {
      model?: string;
    };
    return { model, rows };
  }
  throw new UsageError("FT-EVAL-009", {
    at: { file: folder },
    message: `there are no results in it: no ${summaryName}, or no rows in ${rowsName}`,
    hint: "name the folder that ft evaluate wrote",
  });
}

export class ResultsFolder {
  readonly folder: string;
  /** What is answered already, in order. */
  readonly rows: ResultRow[];
  readonly #identity: Identity;

  private constructor(folder: string, identity: Identity, rows: ResultRow[]) {
    this.folder = folder;
    this.rows = rows;
    this.#identity = identity;
  }

  /** @throws UsageError FT-EVAL-006 where the folder holds answers to another question. */
  static async open(folder: string, asked: Identity): Promise<ResultsFolder> {
    // as it is read again: without what JSON cannot say
    const identity = JSON.parse(JSON.stringify(asked)) as Identity;
    const before = readIdentity(folder);
    if (before !== undefined && !isDeepStrictEqual(before, identity))
      throw otherThan(folder, before, identity);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, rowsName);
    const rows = before === undefined ? [] : wholeRows(file);
    await writeFileAtomic(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await writeJsonAtomic(join(folder, summaryName), { asked: identity });
    return new ResultsFolder(folder, identity, rows);
  }

  get file(): string {
    return join(this.folder, rowsName);
  }

  add(row: ResultRow): void {
    appendFileSync(this.file, `${JSON.stringify(row)}\n`);
    this.rows.push(row);
  }

  async finish(summary: Readonly<Record<string, unknown>>): Promise<void> {
    await writeJsonAtomic(join(this.folder, summaryName), { asked: this.#identity, ...summary });
  }
}
