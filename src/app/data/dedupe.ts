// Duplicates of a dataset's rows taken out, told and, for a dataset in the store, written down so that they can come
// back.
import type { Environment } from "../../core/paths.ts";
import { dropRows, type NewDrop } from "../../store/index.ts";
import {
  type Duplicates,
  findDuplicates,
  type Likeness,
} from "../../synth/clean/duplicates/find-duplicates.ts";
import { requireApart } from "../../synth/rows/apart.ts";
import { rowLines } from "../../synth/rows/row-blocks.ts";
import { WholeFile } from "../../synth/rows/whole-file.ts";
import { toldVersion } from "../store/told-version.ts";
import { meaningCheck } from "./meaning.ts";
import { requireNewest, requireOutput, type RowInput, withRows } from "./row-input.ts";

export interface DedupeRequest {
  file: string;
  output?: string | undefined;
  clusters?: string | undefined;
  threshold: number;
  keep: "first" | "longest";
  /** Clusters to show. */
  show: number;
  threads?: number | undefined;
  /** An encoder that says whether rows alike in letters mean the same. */
  encoder?: string | undefined;
  meaning: number;
}

export interface ShownCluster {
  keptId: string;
  rows: { id: string; likeness: Likeness | "kept"; text: string }[];
}

export interface DedupeReport {
  rows: number;
  kept: number;
  dropped: number;
  /** Of more than one row. */
  clusters: number;
  exact: number;
  normalized: number;
  near: number;
  threshold: number;
  /** Of a dataset in the store: the version without duplicates. */
  version?: string;
  shown?: ShownCluster[];
}

/** Which row of each group stays: by the group's first row. */
function keptRows(found: Duplicates, keep: DedupeRequest["keep"]): Int32Array {
  const kept = Int32Array.from(found.ids, (_, row) => found.keptFor(row));
  if (keep === "first") return kept;
  const longest = new Map<number, { row: number; length: number }>();
  for (const row of found.ids.keys()) {
    if (!found.isShared(row)) continue;
    const { length } = found.textOf(row);
    const best = longest.get(kept[row]!);
    if (best === undefined || length > best.length) longest.set(kept[row]!, { row, length });
  }
  return kept.map((first) => longest.get(first)?.row ?? first);
}

async function writeClusters(path: string, found: Duplicates, kept: Int32Array): Promise<void> {
  using file = new WholeFile(path);
  for (const [row, id] of found.ids.entries()) {
    const keptId = found.ids[kept[row]!];
    file.line(JSON.stringify({ id, cluster: found.keptFor(row), keptId }));
  }
  await file.commit();
}

async function writeKept(path: string, input: RowInput, kept: Int32Array): Promise<void> {
  using file = new WholeFile(path);
  let row = 0;
  for await (const block of input.blocks()) {
    for (const text of rowLines(block, input.name)) {
      if (kept[row] === row) file.line(text);
      row++;
    }
  }
  await file.commit();
}

function report(found: Duplicates, kept: Int32Array, threshold: number): DedupeReport {
  const counts = { exact: 0, normalized: 0, near: 0 };
  const groups = new Set<number>();
  for (const row of found.ids.keys()) {
    const likeness = found.likenessOf(row);
    if (likeness === undefined) continue;
    counts[likeness]++;
    groups.add(kept[row]!);
  }
  const dropped = counts.exact + counts.normalized + counts.near;
  const rows = found.ids.length;
  return { rows, kept: rows - dropped, dropped, clusters: groups.size, ...counts, threshold };
}

/** The largest clusters with their texts. */
function shownClusters(found: Duplicates, kept: Int32Array, most: number): ShownCluster[] {
  const members = new Map<number, number[]>();
  for (const [row, keptRow] of kept.entries()) {
    if (found.isShared(row)) members.set(keptRow, [...(members.get(keptRow) ?? []), row]);
  }
  const largest = [...members].toSorted(([, a], [, b]) => b.length - a.length).slice(0, most);
  return largest.map(([keptRow, rows]) => ({
    keptId: found.ids[keptRow] ?? "",
    rows: rows.slice(0, 20).map((row) => ({
      id: found.ids[row] ?? "",
      likeness: row === keptRow ? "kept" : (found.likenessOf(row) ?? "near"),
      text: found.textOf(row),
    })),
  }));
}

/** A version of the stored dataset without the duplicates, which are listed as dropped. */
async function dropStored(
  { stored }: RowInput,
  found: Duplicates,
  kept: Int32Array,
): Promise<string | undefined> {
  if (stored === undefined) return undefined;
  requireNewest(stored);
  const drops = found.ids.flatMap((_, position): NewDrop[] => {
    if (kept[position] === position) return [];
    const keptId = found.ids[kept[position]!];
    const reason = `duplicate of ${keptId}`;
    return [
      { position, reason, details: { keptId, likeness: found.likenessOf(position) ?? "near" } },
    ];
  });
  if (drops.length === 0) return undefined;
  const version = await dropRows(stored.store, stored.dataset, drops, "dedupe");
  return toldVersion(stored.dataset, version).version;
}

export async function dedupe(
  environment: Environment,
  request: DedupeRequest,
): Promise<DedupeReport> {
  const { file, output, clusters, threshold, keep, show, threads } = request;
  requireApart({ reads: [file], writes: [output, clusters] });
  return await withRows(environment, file, async (input) => {
    requireOutput(input, output ?? clusters ?? (show > 0 ? "shown" : undefined));
    await using check = await meaningCheck(request);
    const options = { file: input.name, threshold, threads, meansTheSame: check?.meansTheSame };
    using found = await findDuplicates(input.blocks(), options);
    const kept = keptRows(found, keep);
    if (clusters !== undefined) await writeClusters(clusters, found, kept);
    if (output !== undefined) await writeKept(output, input, kept);
    const version = output === undefined ? await dropStored(input, found, kept) : undefined;
    return {
      ...report(found, kept, threshold),
      ...(version !== undefined && { version }),
      ...(show > 0 && { shown: shownClusters(found, kept, show) }),
    };
  });
}
