// A dataset divided into files for training, validation and tests, without leaks between them.
import { join } from "node:path";
import type { Environment } from "../../core/paths.ts";
import { findDuplicates } from "../../synth/clean/duplicates/find-duplicates.ts";
import { textHash } from "../../synth/clean/duplicates/normal-text.ts";
import { requireApart } from "../../synth/rows/apart.ts";
import { readLineBlocks, rowLines, rowsOf } from "../../synth/rows/row-blocks.ts";
import { fieldText } from "../../synth/rows/row-field.ts";
import { WholeFile } from "../../synth/rows/whole-file.ts";
import { assignUnits, type Policy } from "../../synth/split/assign.ts";
import { checkedCaps, checkedRatios, isSplitName, type Ratios } from "../../synth/split/ratios.ts";
import { badAssignments } from "../../synth/split/split-errors.ts";
import { type SplitRow, unitsOf } from "../../synth/split/units.ts";
import { type RowInput, withRows } from "./row-input.ts";

export interface SplitRequest {
  file: string;
  ratios: Ratios;
  /** Each value of this field is divided by itself. */
  stratify?: string | undefined;
  /** Rows of one value of this field stay together. */
  unit?: string | undefined;
  clusters: boolean;
  threshold: number;
  policy: Policy;
  frozen?: string | undefined;
  cap: Ratios;
  seed: number;
  assignments?: string | undefined;
  /** Folder for one file per split. */
  output?: string | undefined;
  threads?: number | undefined;
}

export interface SplitReport {
  rows: number;
  splits: Record<string, { rows: number; share: number; wanted: number }>;
  /** Groups that stayed together, and of these such with more than one row. */
  units: number;
  joined: number;
  strata: number;
  seed: number;
  warnings: string[];
  /** What each warning means here. */
  notes: Record<string, string>;
}

/** Fields that say which conversation a row is of, where no other field is asked for. */
const conversationFields = ["conversation_id", "conversationId", "conversation"];

function unitOf(value: Readonly<Record<string, unknown>>, asked: string | undefined) {
  const fields = asked === undefined ? conversationFields : [asked];
  return fields.map((field) => fieldText(value, field)).find((text) => text !== undefined);
}

interface ReadRows {
  readonly rows: readonly SplitRow[];
  /** Fields that were asked for and that no row has. */
  readonly missing: ReadonlyMap<string, string>;
}

function missingFields(
  { stratify, unit }: SplitRequest,
  found: Readonly<Record<"stratify" | "unit", boolean>>,
): Map<string, string> {
  const missing = new Map<string, string>();
  if (stratify !== undefined && !found.stratify)
    missing.set("stratify_field_missing", `no row has the field ${stratify}: shares hold for all`);
  if (unit !== undefined && !found.unit)
    missing.set("unit_field_missing", `no row has the field ${unit}: nothing stays together by it`);
  return missing;
}

async function readSplitRows(input: RowInput, request: SplitRequest): Promise<ReadRows> {
  const { stratify, unit } = request;
  const found = { stratify: false, unit: false };
  const rows: SplitRow[] = [];
  for await (const block of input.blocks()) {
    for (const { id, value, text } of rowsOf(block, input.name)) {
      const stratum = stratify === undefined ? undefined : fieldText(value, stratify);
      const ownUnit = unitOf(value, unit);
      const hasId = typeof value["id"] === "string" || typeof value["id"] === "number";
      const key = hasId ? id : textHash(text).toString(36);
      found.stratify ||= stratum !== undefined;
      found.unit ||= ownUnit !== undefined;
      rows.push({ id, hasId, key, stratum: stratum ?? "", unit: ownUnit });
    }
  }
  return { rows, missing: rows.length === 0 ? new Map() : missingFields(request, found) };
}

/** What an earlier split wrote: the split of each id. Throws DataError FT-SPLIT-004. */
async function readAssignments(file: string | undefined): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  if (file === undefined) return known;
  try {
    for await (const block of readLineBlocks(file)) {
      for (const { value, line } of rowsOf(block, file)) {
        const { id, split } = value;
        if (typeof split === "string" && !isSplitName(split))
          throw badAssignments(file, line, `${JSON.stringify(split)} is not a split name`);
        if (typeof split !== "string" || (typeof id !== "string" && typeof id !== "number"))
          throw badAssignments(file, line, "the line has no id and split");
        known.set(String(id), split);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw badAssignments(file, undefined, "there is no such file");
    throw error;
  }
  return known;
}

/** The first row of each row's cluster. */
async function clustersOf(
  input: RowInput,
  { clusters, threshold, threads }: SplitRequest,
): Promise<((row: number) => number) | undefined> {
  if (!clusters) return undefined;
  using found = await findDuplicates(input.blocks(), { file: input.name, threshold, threads });
  const first = Int32Array.from(found.ids, (_, row) => found.keptFor(row));
  return (row) => first[row] ?? row;
}

async function writeAssignments(
  path: string | undefined,
  rows: readonly SplitRow[],
  splits: readonly string[],
): Promise<void> {
  if (path === undefined) return;
  using file = new WholeFile(path);
  for (const [row, { id }] of rows.entries()) file.line(JSON.stringify({ id, split: splits[row] }));
  await file.commit();
}

const splitFile = (output: string, name: string): string => join(output, `${name}.jsonl`);

/** Of the splits that are asked for. */
function splitFiles({ output, ratios }: SplitRequest): string[] {
  return output === undefined ? [] : Object.keys(ratios).map((name) => splitFile(output, name));
}

/** A file a split; empty ones too, so that none of an earlier split stays behind. */
async function writeSplits(
  { output, ratios }: SplitRequest,
  input: RowInput,
  splits: readonly string[],
): Promise<void> {
  if (output === undefined) return;
  const names = [...new Set([...Object.keys(ratios), ...splits])];
  const files = new Map(names.map((name) => [name, new WholeFile(splitFile(output, name))]));
  try {
    let row = 0;
    for await (const block of input.blocks())
      for (const text of rowLines(block, input.name)) files.get(splits[row++]!)?.line(text);
    for (const file of files.values()) await file.commit();
  } finally {
    for (const file of files.values()) file.discard();
  }
}

function splitCounts(splits: readonly string[], ratios: Ratios): SplitReport["splits"] {
  const counts: SplitReport["splits"] = {};
  for (const name of new Set([...Object.keys(ratios), ...splits])) {
    const rows = splits.filter((split) => split === name).length;
    const share = splits.length === 0 ? 0 : rows / splits.length;
    counts[name] = { rows, share, wanted: ratios[name] ?? 0 };
  }
  return counts;
}

/** Throws UsageError FT-SPLIT-001 to -003, -005, FT-ROWS-006, -007, DataError FT-SPLIT-004 and those of reading rows. */
export async function splitDataset(
  environment: Environment,
  request: SplitRequest,
): Promise<SplitReport> {
  const ratios = checkedRatios(request.ratios);
  const caps = checkedCaps(request.cap, Object.keys(ratios));
  requireApart({ reads: [request.file], writes: [request.assignments, ...splitFiles(request)] });
  const { seed, policy } = request;
  return await withRows(environment, request.file, async (input) => {
    const frozen = await readAssignments(request.frozen);
    const { rows, missing } = await readSplitRows(input, request);
    const units = unitsOf(rows, { seed, clusters: await clustersOf(input, request) });
    const frozenOf = (row: number): string | undefined => frozen.get(rows[row]?.id ?? "");
    const { splits, warnings: found } = assignUnits(units, { ratios, policy, caps, frozenOf });
    const warnings = new Map([...missing, ...found]);
    await writeAssignments(request.assignments, rows, splits);
    await writeSplits(request, input, splits);
    return {
      rows: rows.length,
      splits: splitCounts(splits, ratios),
      units: units.length,
      joined: units.filter((unit) => unit.rows.length > 1).length,
      strata: new Set(units.map(({ stratum }) => stratum)).size,
      seed,
      warnings: [...warnings.keys()],
      notes: Object.fromEntries(warnings),
    };
  });
}
