// The folder of an evaluation: results.jsonl with a row an answer, evaluation.json with what was asked and the scores. A
// second call with the same question goes on where the first one ended.
import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { makeFolders } from "../../core/folders.ts";
import { parseJson } from "../../core/json-text.ts";
import { type Identity, KeptRows, wholeRows } from "../../core/kept-rows.ts";
import { firstFree, numberedName } from "../../core/numbered-names.ts";
import { shellWord } from "../../core/shell.ts";
import type { Check } from "../../eval/index.ts";
import type { ToolCall } from "../../text/types.ts";

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
  /** Of the row, what the metrics look at. */
  fields?: Readonly<Record<string, unknown>> | undefined;
  calls?: readonly ToolCall[] | undefined;
  referenceCalls?: readonly ToolCall[] | undefined;
  /** Every answer drawn, where a checker was asked: `prediction` is the first. */
  samples?: readonly SampleResult[] | undefined;
  scores: Record<string, number>;
}

/** One of several answers to a row, and what the checker said of it. */
export interface SampleResult extends Check {
  prediction: string;
  tokens?: number;
  finishReason?: string;
  /** That it was drawn with. */
  seed?: number;
}

const isSample = (sample: SampleResult | null): boolean =>
  typeof sample?.prediction === "string" && typeof sample.passed === "boolean";

/** What scoring looks at: a file that somebody changed may hold anything. */
function isRow(row: ResultRow, at: number): boolean {
  const { index, prediction, references, loss, samples } = row;
  const hasTexts = typeof prediction === "string" && Array.isArray(references);
  const hasLoss =
    loss === undefined || (Number.isFinite(loss?.sum) && Number.isFinite(loss.tokens));
  const hasSamples = samples === undefined || (Array.isArray(samples) && samples.every(isSample));
  const isWhole = hasTexts && hasLoss && hasSamples;
  return index === at && isWhole && references.every((one) => typeof one === "string");
}

const summaryName = "evaluation.json";
const rowsName = "results.jsonl";

/** Where answers go if no folder is named, from the current one. */
export const USUAL_FOLDER = "evaluation";

/** The first of its numbered names that nothing has, as it is typed from the current folder. */
export function nextFolder(folder: string): string {
  const free = firstFree(folder, (one) => one !== folder && !existsSync(one));
  const typed = relative(process.cwd(), free);
  return shellWord(typed.startsWith("..") ? free : typed);
}

function otherThan(folder: string, keys: readonly string[]): UsageError {
  return new UsageError("FT-EVAL-006", {
    at: { file: folder },
    message: `this folder holds another evaluation: it differs in ${keys.join(", ")}`,
    hint: `run the same command with --output ${nextFolder(folder)}`,
  });
}

const isOther = (error: unknown): boolean =>
  error instanceof UsageError && error.code === "FT-EVAL-006";

/** What a finished evaluation of an earlier day has. Throws UsageError FT-EVAL-009 where there is none. */
export function readResults(folder: string): { model: string; rows: ResultRow[] } {
  const file = join(folder, summaryName);
  const rows = wholeRows<ResultRow>(join(folder, rowsName));
  const summary = existsSync(file) ? parseJson(readFileSync(file, "utf8")) : undefined;
  if (summary?.ok === true && rows.length > 0 && rows.every(isRow)) {
    const { model = basename(folder) } = summary.value as { model?: string };
    return { model, rows };
  }
  throw new UsageError("FT-EVAL-009", {
    at: { file: folder },
    message: `the folder has no results: no ${summaryName}, or no answers in ${rowsName}`,
    hint: "name the folder that ft evaluate wrote",
  });
}

export class ResultsFolder {
  readonly file: string;
  readonly #kept: KeptRows<ResultRow>;

  private constructor(file: string, kept: KeptRows<ResultRow>) {
    this.file = file;
    this.#kept = kept;
  }

  /**
   * Rows beyond `most` are none of this evaluation's. Without a folder: `evaluation`, or the first of `evaluation-2`,
   * `evaluation-3`, … that is free or holds answers to the same question.
   * @throws UsageError FT-EVAL-006 where the folder named holds answers to another question.
   */
  static async open(
    folder: string | undefined,
    asked: Identity,
    most: number,
  ): Promise<ResultsFolder> {
    if (folder !== undefined) return await this.#openIn(resolve(folder), asked, most);
    for (let number = 1; ; number++) {
      try {
        return await this.#openIn(resolve(numberedName(USUAL_FOLDER, number)), asked, most);
      } catch (error) {
        if (!isOther(error)) throw error;
      }
    }
  }

  static async #openIn(folder: string, asked: Identity, most: number): Promise<ResultsFolder> {
    makeFolders(folder);
    const files = { rows: join(folder, rowsName), about: join(folder, summaryName) };
    const refused = (keys: readonly string[]): UsageError => otherThan(folder, keys);
    const fits = (row: ResultRow, at: number): boolean => at < most && isRow(row, at);
    return new ResultsFolder(files.rows, await KeptRows.open(files, asked, { refused, fits }));
  }

  /** What is answered already, in order. */
  get rows(): readonly ResultRow[] {
    return this.#kept.rows;
  }

  add(row: ResultRow): void {
    this.#kept.add(row);
  }

  async finish(summary: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#kept.finish(summary);
  }
}
