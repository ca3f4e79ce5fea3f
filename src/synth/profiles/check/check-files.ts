// Files of rows against a profile, read once and line by line: what is wrong with lines, rows and files, what is there
// twice, and what validation shares with training.
import type { FaultCode } from "../catalogue.ts";
import { type LimitTable, modelNamed, limitsOf } from "../limits/limits.ts";
import { profiles } from "../registry.ts";
import { FileCheck, type FileCheckSetup } from "./file-check.ts";
import { trainingSize, validationSize } from "./file-sizes.ts";
import { type Finding, Findings } from "./findings.ts";
import { lifecycle } from "./lifecycle.ts";
import { type FileStart, startOf } from "./lines.ts";
import { NearLeaks } from "./near-leaks.ts";
import { Repeats } from "./repeats.ts";
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

/** Whether all tokens have to be counted: fewer bytes than tokens allowed cannot hold too many. */
function countsAll({ limits, counter }: Against, bytes: number): boolean {
  const most = limits.limits.totalTokens?.value;
  return counter !== undefined && most !== undefined && bytes * 1.4 > most;
}

interface Both {
  training: FileCheck;
  held: FileCheck;
}

/** Throws UsageError FT-PROFILE-001 and DataError FT-DATA-001. What is wrong with rows is reported, never thrown. */
export async function checkFiles(request: CheckRequest): Promise<CheckReport> {
  const { file, validation, model, on, limits: table } = request;
  const profile = profiles.get(request.profile);
  const limits = limitsOf(table, request.profile);
  const findings = new Findings(profile, request.profile);
  const asked = model === undefined ? undefined : { name: model, found: modelNamed(limits, model) };
  for (const found of lifecycle(limits, asked, on)) findings.add(file, null, found);
  const [start, second] = await startsOf(file, validation);
  const largest = Math.max(start.bytes, second?.bytes ?? 0);
  const counter = request.counter ?? (await counterFor(limits, model, largest));
  const target = against(profile, request.profile, table, model, counter);
  const work = { findings, target, file, start };
  const done =
    validation === undefined || second === undefined
      ? { training: await checkOne(work), held: undefined }
      : await checkBoth({ ...work, validation, second });
  return report({ ...request, counter }, findings, done);
}

async function startsOf(file: string, validation?: string): Promise<[FileStart, FileStart?]> {
  return validation === undefined
    ? [await startOf(file)]
    : [await startOf(file), await startOf(validation)];
}

interface Work {
  findings: Findings;
  target: Against;
  file: string;
  start: FileStart;
}

async function checkOne(
  { findings, target, file, start }: Work,
  repeats = new Repeats(false),
  onRow?: FileCheckSetup["onRow"],
): Promise<FileCheck> {
  const all = countsAll(target, start.bytes);
  const checker = new RowChecker(target, all);
  const training = new FileCheck(file, { findings, checker, repeats, onRow });
  await training.run(start);
  const sizes = { ...training.size, tokens: all ? training.total : undefined };
  for (const found of trainingSize(sizes, target.limits)) findings.add(file, null, found);
  return training;
}

/** The second file is held against the first: row by row while it is read, and nearly alike ones at the end. */
async function checkBoth(work: Work & { validation: string; second: FileStart }): Promise<Both> {
  const { findings, target, validation, second } = work;
  using near = new NearLeaks();
  const repeats = new Repeats(true);
  const training = await checkOne(work, repeats, (seen, line) => near.add(seen, line, "training"));
  const held = new FileCheck(validation, {
    findings,
    checker: new RowChecker(target, false),
    repeats: new Repeats(false),
    training: repeats,
    onRow: (seen, line) => near.add(seen, line, "validation"),
  });
  await held.run(second);
  for await (const { line, training: first } of near.find()) {
    const message = `nearly identical to line ${first} of the training file`;
    if (!repeats.isExact(line))
      findings.add(validation, line, { code: "leak_near", field: "", message });
  }
  for (const found of validationSize(training.size, held.size, target.limits))
    findings.add(validation, null, found);
  return { training, held };
}

function report(
  { profile, model, on, counter }: CheckRequest,
  findings: Findings,
  { training, held }: { training: FileCheck; held: FileCheck | undefined },
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
