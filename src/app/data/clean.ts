// A dataset cleaned: what stays written, what goes listed with its reason, and for a dataset in the store versions from
// which it can come back.
import { basename } from "node:path";
import type { Environment } from "../../core/paths.ts";
import {
  dropRows,
  editRows,
  type NewDrop,
  noEdits,
  recordText,
  type Version,
} from "../../store/index.ts";
import { unknownPersonal } from "../../synth/clean/clean-errors.ts";
import { cleanRows, type Outcome } from "../../synth/clean/clean-rows.ts";
import type { CleanOptions, CleanTools } from "../../synth/clean/cleaner.ts";
import { TestTexts } from "../../synth/clean/contamination.ts";
import { difficulties } from "../../synth/clean/difficulty.ts";
import { droppedLine, readDropped, undone } from "../../synth/clean/dropped-file.ts";
import { type Duplicates, findDuplicates } from "../../synth/clean/duplicates/find-duplicates.ts";
import { sketchInto, sketchSize } from "../../synth/clean/duplicates/sketch.ts";
import { personalKinds } from "../../synth/clean/personal/kinds.ts";
import { unselectedRows } from "../../synth/clean/select.ts";
import { SharedLines } from "../../synth/clean/shared-lines.ts";
import { requireApart } from "../../synth/rows/apart.ts";
import { readLineBlocks, rowsOf } from "../../synth/rows/row-blocks.ts";
import { fieldOf } from "../../synth/rows/row-field.ts";
import { WholeFile } from "../../synth/rows/whole-file.ts";
import { toldVersion } from "../store/told-version.ts";
import { answerModel } from "./answer-loss.ts";
import {
  requireNewest,
  requireOutput,
  type RowInput,
  type StoredRows,
  withRows,
} from "./row-input.ts";

export interface CleanFileRequest extends CleanOptions {
  file: string;
  output?: string | undefined;
  dropped?: string | undefined;
  steps: readonly string[];
  threshold: number;
  /** Files of test texts. */
  against: readonly string[];
  overlap: number;
  /** Rows to keep, by score. */
  select?: number | undefined;
  /** A field with a score. */
  by?: string | undefined;
  /** A model whose difficulty is the score, and takes rows whose question does not help. */
  difficulty?: string | undefined;
  likeness: number;
  threads?: number | undefined;
}

export interface CleanReport {
  rows: number;
  kept: number;
  dropped: number;
  changed: number;
  /** Rows that each cleaner took. */
  bySteps: Record<string, number>;
  /** What was only told: cleaner and kind. */
  found: Record<string, number>;
  /** Of a dataset in the store. */
  version?: string;
}

const actions = ["keep", "find", "mask", "drop"];

function checkPersonal(personal: CleanOptions["personal"]): void {
  const known = [...Object.keys(personalKinds), "all"];
  for (const [kind, action] of Object.entries(personal)) {
    if (!known.includes(kind)) throw unknownPersonal(kind, Object.keys(personalKinds));
    if (!actions.includes(action)) throw unknownPersonal(action, Object.keys(personalKinds));
  }
}

function duplicateTool(found: Duplicates): NonNullable<CleanTools["duplicateOf"]> {
  return (position) => {
    const likeness = found.likenessOf(position);
    const keptId = found.ids[found.keptFor(position)] ?? "";
    return likeness === undefined ? undefined : { keptId, likeness };
  };
}

async function testTexts({ against, overlap }: CleanFileRequest): Promise<TestTexts> {
  const texts = new TestTexts(overlap);
  for (const file of against) await texts.read(readLineBlocks(file), basename(file));
  return texts;
}

async function scoresOf(
  input: RowInput,
  request: CleanFileRequest,
): Promise<(number | undefined)[]> {
  const { difficulty, by = "score" } = request;
  if (difficulty !== undefined) {
    const model = await answerModel(difficulty);
    try {
      return await difficulties(input.blocks(), input.name, model.lossOf);
    } finally {
      model.dispose();
    }
  }
  const scores: (number | undefined)[] = [];
  for await (const block of input.blocks()) {
    for (const { value } of rowsOf(block, input.name)) {
      const score = fieldOf(value, by);
      scores.push(typeof score === "number" ? score : undefined);
    }
  }
  return scores;
}

function sketchesOf(found: Duplicates): Uint16Array {
  const sketches = new Uint16Array(found.ids.length * sketchSize);
  for (const row of found.ids.keys())
    sketchInto(found.textOf(row), "short", sketches, row * sketchSize);
  return sketches;
}

/** Rows that selecting leaves out; those whose question does not help are left out before. */
async function selectionTool(
  input: RowInput,
  request: CleanFileRequest,
  found: Duplicates | undefined,
): Promise<CleanTools["unselected"]> {
  const { select, difficulty, likeness, steps } = request;
  if (select === undefined && difficulty === undefined) return undefined;
  const scores = await scoresOf(input, request);
  const helpless = new Map<number, string>();
  if (difficulty !== undefined)
    for (const [row, score] of scores.entries())
      if (score !== undefined && score >= 1)
        helpless.set(row, `the question does not help the answer (difficulty ${score.toFixed(2)})`);
  if (select === undefined || found === undefined) return (position) => helpless.get(position);
  const isGone = (row: number): boolean =>
    helpless.has(row) || (steps.includes("duplicates") && found.likenessOf(row) !== undefined);
  const kept = scores.map((score, row) => (isGone(row) ? undefined : score));
  const sketches = sketchesOf(found);
  const left = unselectedRows({ scores: kept, sketches, count: select, likeness });
  return (position) => helpless.get(position) ?? left.get(position);
}

async function passesBefore(
  input: RowInput,
  request: CleanFileRequest,
  found: Duplicates | undefined,
): Promise<CleanTools> {
  const tools: CleanTools = {};
  if (found !== undefined && request.steps.includes("duplicates"))
    tools.duplicateOf = duplicateTool(found);
  if (request.against.length > 0) {
    const texts = await testTexts(request);
    tools.contamination = ({ said }) => texts.in(said);
  }
  if (request.steps.includes("boilerplate")) {
    const shared = new SharedLines({ rows: 10, share: 0.02 });
    await shared.read(input.blocks(), input.name);
    tools.isShared = (line) => shared.has(line);
  }
  const unselected = await selectionTool(input, request, found);
  return { ...tools, ...(unselected !== undefined && { unselected }) };
}

/** What became of all rows: in files, and gathered for the store. */
class Cleaning implements Disposable {
  readonly report: CleanReport = {
    rows: 0,
    kept: 0,
    dropped: 0,
    changed: 0,
    bySteps: {},
    found: {},
  };
  readonly drops = new Map<string, NewDrop[]>();
  readonly edits = noEdits();
  readonly #kept: WholeFile | undefined;
  readonly #dropped: WholeFile | undefined;

  constructor({ output, dropped }: CleanFileRequest) {
    this.#kept = output === undefined ? undefined : new WholeFile(output);
    this.#dropped = dropped === undefined ? undefined : new WholeFile(dropped);
  }

  take(outcome: Outcome, isStored: boolean): void {
    const { text, notes } = outcome;
    this.report.rows++;
    for (const note of notes) this.report.found[note] = (this.report.found[note] ?? 0) + 1;
    if (text !== undefined) this.#kept?.line(text);
    const line = droppedLine(outcome);
    if (line !== undefined) this.#dropped?.line(JSON.stringify(line));
    this.#count(outcome);
    if (isStored) this.#remember(outcome);
  }

  async commit(): Promise<void> {
    await this.#kept?.commit();
    await this.#dropped?.commit();
  }

  [Symbol.dispose](): void {
    this.#kept?.discard();
    this.#dropped?.discard();
  }

  #count({ text, step }: Outcome): void {
    if (text !== undefined) this.report.kept++;
    else this.report.dropped++;
    if (step === undefined) return;
    if (text !== undefined) this.report.changed++;
    else this.report.bySteps[step] = (this.report.bySteps[step] ?? 0) + 1;
  }

  #remember({ position, text, step, reason = "", details, row }: Outcome): void {
    if (step === undefined) return;
    if (text !== undefined) {
      this.edits.replaced.set(position, recordText(text, row.line));
      return;
    }
    const drops = this.drops.get(step) ?? [];
    drops.push({ position, reason, ...(details !== undefined && { details }) });
    this.drops.set(step, drops);
  }
}

/** Positions after rows at `gone`, in order, are not there any more. */
function moved(drops: readonly NewDrop[], gone: readonly number[]): NewDrop[] {
  let before = 0;
  return drops.map((drop) => {
    while (before < gone.length && gone[before]! < drop.position) before++;
    return { ...drop, position: drop.position - before };
  });
}

/** Changes first, then a version a cleaner that took rows. */
async function storeCleaned(
  { store, dataset }: StoredRows,
  { edits, drops }: Cleaning,
): Promise<string | undefined> {
  let version: Version | undefined;
  if (edits.replaced.size > 0) {
    const facts = { action: "clean", message: `${edits.replaced.size} rows changed` };
    version = await editRows(store, { name: dataset, edits, facts });
  }
  let gone: number[] = [];
  for (const [step, own] of drops) {
    version = await dropRows(store, dataset, moved(own, gone), step);
    gone = [...gone, ...own.map(({ position }) => position)].toSorted((a, b) => a - b);
  }
  return version === undefined ? undefined : toldVersion(dataset, version).version;
}

/** Undefined where nothing asks for duplicates, nor for texts to compare. */
async function duplicatesFor(
  input: RowInput,
  { steps, select, threshold, threads }: CleanFileRequest,
): Promise<Duplicates | undefined> {
  const isAsked = steps.includes("duplicates");
  if (!isAsked && select === undefined) return undefined;
  const options = { file: input.name, threshold: isAsked ? threshold : 1, threads };
  return await findDuplicates(input.blocks(), options);
}

/** Throws UsageError FT-CLEAN-002, -003, FT-ROWS-003, -004, -006, -007, and what reading rows throws. */
export async function cleanDataset(
  environment: Environment,
  request: CleanFileRequest,
): Promise<CleanReport> {
  checkPersonal(request.personal);
  const { against, output: kept, dropped } = request;
  requireApart({ reads: [request.file, ...against], writes: [kept, dropped] });
  return await withRows(environment, request.file, async (input) => {
    requireOutput(input, request.output);
    const { steps, output } = request;
    if (input.stored !== undefined && output === undefined) requireNewest(input.stored);
    using found = await duplicatesFor(input, request);
    const tools = await passesBefore(input, request, found);
    using cleaning = new Cleaning(request);
    const isStored = input.stored !== undefined && output === undefined;
    const work = { file: input.name, steps, options: request, tools };
    for await (const outcome of cleanRows(input.blocks(), work)) cleaning.take(outcome, isStored);
    await cleaning.commit();
    const { stored } = input;
    const version =
      isStored && stored !== undefined ? await storeCleaned(stored, cleaning) : undefined;
    return { ...cleaning.report, ...(version !== undefined && { version }) };
  });
}

export interface UndoCleanRequest {
  file: string;
  undo: string;
  output: string;
  /** Cleaners whose work is undone; all of them where there is none. */
  steps: readonly string[];
  /** Rows that come back; all of them where there is none. */
  ids: readonly string[];
}

/** The rows as they were before cleaning, or some of them. Throws DataError FT-CLEAN-004. */
export async function undoCleaning({
  file,
  undo,
  output,
  steps,
  ids,
}: UndoCleanRequest): Promise<{ rows: number; restored: number }> {
  requireApart({ reads: [file, undo], writes: [output] });
  const dropped = await readDropped(readLineBlocks(undo), undo);
  const isUndone = ({ step, id }: { step: string; id: string }): boolean =>
    (steps.length === 0 || steps.includes(step)) && (ids.length === 0 || ids.includes(id));
  using kept = new WholeFile(output);
  let rows = 0;
  const request = {
    kept: readLineBlocks(file),
    keptFile: file,
    dropped,
    droppedFile: undo,
    isUndone,
  };
  for await (const line of undone(request)) {
    kept.line(line);
    rows++;
  }
  await kept.commit();
  return { rows, restored: dropped.filter(isUndone).length };
}
