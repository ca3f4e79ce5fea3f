// One row as several files have it, made one: what only one of them changed is taken from there. No files here.
import { type FieldConflict, type MergeConflict, mergeValues } from "../../../store/index.ts";

/** A row as one file has it; undefined where the file has none of this name. */
export type Side = Readonly<Record<string, unknown>> | undefined;

/** A conflict of two files; `ours` is what the files before have come to. */
export interface FileConflict extends MergeConflict {
  /** The file that `theirs` is of. */
  file: string;
}

export interface FoldOptions {
  key: string | null;
  files: readonly string[];
  wins: "ours" | "theirs";
}

export interface Folded {
  /** Undefined where the row was removed. */
  value: Side;
  conflicts: FileConflict[];
  /** Files whose change went in without a conflict. */
  takenFrom: number[];
}

const same = (a: Side, b: Side): boolean => JSON.stringify(a) === JSON.stringify(b);
const textOf = (side: Side): string | null => (side === undefined ? null : JSON.stringify(side));

interface Two {
  value: Side;
  fields: FieldConflict[];
  kind?: MergeConflict["kind"];
}

function mergeTwo(base: Side, ours: Side, theirs: Side, wins: "ours" | "theirs"): Two {
  if (ours === undefined || theirs === undefined)
    return { value: wins === "ours" ? ours : theirs, fields: [], kind: "removed" };
  const [first, second] = wins === "ours" ? [ours, theirs] : [theirs, ours];
  const value = mergeValues(base, first, second).value as Side;
  const fields = mergeValues(base, ours, theirs).conflicts;
  if (fields.length === 0) return { value, fields };
  return { value, fields, kind: base === undefined ? "added" : "changed" };
}

/**
 * Takes the files one after the other. `base` is the row before any of them changed it; without one, a file that has no
 * such row says nothing of it, and with one it has removed the row.
 */
export function foldRow(
  base: Side,
  sides: readonly Side[],
  { key, files, wins }: FoldOptions,
): Folded {
  const folded: Folded = { value: base, conflicts: [], takenFrom: [] };
  for (const [at, theirs] of sides.entries()) {
    const ours = folded.value;
    const saysNothing = base === undefined ? theirs === undefined : same(theirs, base);
    if (saysNothing || (same(theirs, ours) && !same(ours, base))) continue;
    if (same(ours, base)) {
      folded.value = theirs;
      folded.takenFrom.push(at);
      continue;
    }
    const { value, fields, kind } = mergeTwo(base, ours, theirs, wins);
    folded.value = value;
    if (kind === undefined) folded.takenFrom.push(at);
    else
      folded.conflicts.push({
        key,
        kind,
        file: files[at]!,
        base: textOf(base),
        ours: textOf(ours),
        theirs: textOf(theirs),
        fields,
      });
  }
  return folded;
}
