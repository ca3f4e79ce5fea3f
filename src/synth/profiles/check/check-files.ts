// Files of rows against a profile, read once and line by line: what is wrong with lines, rows and files, what is there
// twice, and what validation shares with training.
import type { FaultCode } from "../catalogue.ts";
import { type LimitTable, modelNamed, limitsOf } from "../limits/limits.ts";
import { profiles } from "../registry.ts";
import type { FileSize } from "./file-sizes.ts";
import { trainingSize, validationSize } from "./file-sizes.ts";
import { type Finding, Findings } from "./findings.ts";
import { lifecycle } from "./lifecycle.ts";
import { type FileStart, type Line, readLines, startOf } from "./lines.ts";
import { type NearTexts, Repeats } from "./repeats.ts";
import { against, type Against, RowChecker } from "./row-checker.ts";
import { counterFor, type RowCounter } from "./token-limit.ts";

export interface CheckRequest {
  file: string;
  validation?: string | undefined;
  profile: string;
  model?: string | undefined;
  /** A day, as 2026-11-26. */
  on: string;
  limits: LimitTable;
  /** In place of that of the model's encoding. */
  counter?: RowCounter | undefined;
  near?: NearTexts | undefined;
}

export interface CheckReport {
  valid: boolean;
  profile: string;
  model: string | null;
  on: string;
  rows: number;
  validationRows: number | null;
  errors: Finding[];
  warnings: Finding[];
  /** How often each fault was found, those that are not listed among them. */
  counts: Partial<Record<FaultCode, number>>;
  leftOut: number;
  /** Of rows that had to be counted. */
  tokens: {
    encoding: string;
    exactness: string;
    total: number;
    longest: number;
    counted: number;
  } | null;
}

function* fileSightings({ hasMark, isUtf16 }: FileStart) {
  const at = { field: "" };
  if (isUtf16)
    yield { ...at, code: "not_utf8" as const, message: "the file is UTF-16", fixable: true };
  else if (hasMark)
    yield {
      ...at,
      code: "byte_order_mark" as const,
      message: "three bytes stand before the first row",
    };
  else
    yield {
      ...at,
      code: "byte_order_mark_missing" as const,
      message: "the guide asks for a byte-order mark",
    };
}

class FileCheck {
  readonly size: FileSize = { rows: 0, bytes: 0 };
  counted = 0;
  total = 0;
  longest = 0;
  readonly #file: string;
  readonly #findings: Findings;
  readonly #checker: RowChecker;
  readonly #repeats: Repeats;
  readonly #training: Repeats | undefined;

  constructor(
    file: string,
    setup: { findings: Findings; checker: RowChecker; repeats: Repeats; training?: Repeats },
  ) {
    this.#file = file;
    this.#findings = setup.findings;
    this.#checker = setup.checker;
    this.#repeats = setup.repeats;
    this.#training = setup.training;
  }

  async run(start: FileStart): Promise<void> {
    this.size.bytes = start.bytes;
    for (const found of fileSightings(start)) this.#findings.add(this.#file, 1, found);
    for await (const line of readLines(this.#file)) this.#line(line);
  }

  #line({ line, text = "", row, sightings }: Line): void {
    for (const found of sightings) this.#findings.add(this.#file, line, found);
    if (row === undefined) return;
    this.size.rows++;
    const checked = this.#checker.check(row, Buffer.byteLength(text));
    for (const found of checked.sightings) this.#findings.add(this.#file, line, found);
    if (checked.tokens !== undefined) this.#count(checked.tokens);
    if (checked.seen === undefined) return;
    for (const found of this.#repeats.add(row, checked.seen, line))
      this.#findings.add(this.#file, line, found);
    for (const found of this.#training?.held(row, checked.seen) ?? [])
      this.#findings.add(this.#file, line, found);
  }

  #count(tokens: number): void {
    this.counted++;
    this.total += tokens;
    this.longest = Math.max(this.longest, tokens);
  }
}

/** Whether all tokens have to be counted: fewer bytes than tokens allowed cannot hold too many. */
function countsAll({ limits, counter }: Against, bytes: number): boolean {
  const most = limits.limits.totalTokens?.value;
  return counter !== undefined && most !== undefined && bytes * 1.4 > most;
}

/** Throws UsageError FT-PROFILE-001 and DataError FT-DATA-001. What is wrong with rows is reported, never thrown. */
export async function checkFiles(request: CheckRequest): Promise<CheckReport> {
  const { file, validation, model, on, limits: table } = request;
  const profile = profiles.get(request.profile);
  const limits = limitsOf(table, request.profile);
  const findings = new Findings(profile, request.profile);
  const asked = model === undefined ? undefined : { name: model, found: modelNamed(limits, model) };
  for (const found of lifecycle(limits, asked, on)) findings.add(file, null, found);
  const start = await startOf(file);
  const second = validation === undefined ? undefined : await startOf(validation);
  const largest = Math.max(start.bytes, second?.bytes ?? 0);
  const counter = request.counter ?? (await counterFor(limits, model, largest));
  const target = against(profile, request.profile, table, model, counter);
  const all = countsAll(target, start.bytes);
  const repeats = new Repeats(validation !== undefined, request.near);
  const training = new FileCheck(file, { findings, checker: new RowChecker(target, all), repeats });
  await training.run(start);
  const sizes = { ...training.size, tokens: all ? training.total : undefined };
  for (const found of trainingSize(sizes, limits)) findings.add(file, null, found);
  let held: FileCheck | undefined;
  if (validation !== undefined && second !== undefined) {
    held = new FileCheck(validation, {
      findings,
      checker: new RowChecker(target, false),
      repeats: new Repeats(false),
      training: repeats,
    });
    await held.run(second);
    for (const found of validationSize(training.size, held.size, limits))
      findings.add(validation, null, found);
  }
  return report({ ...request, counter }, findings, training, held);
}

function report(
  { profile, model, on, counter }: CheckRequest,
  findings: Findings,
  training: FileCheck,
  held: FileCheck | undefined,
): CheckReport {
  const { errors, warnings, counts, leftOut, errorCount } = findings;
  const { total, longest, counted } = training;
  return {
    valid: errorCount === 0,
    profile,
    model: model ?? null,
    on,
    rows: training.size.rows,
    validationRows: held?.size.rows ?? null,
    errors,
    warnings,
    counts: Object.fromEntries(counts),
    leftOut,
    tokens:
      counter === undefined || counted === 0
        ? null
        : { encoding: counter.encoding, exactness: counter.exactness, total, longest, counted },
  };
}
