// A file of rows written again without the faults that can be mended safely. What is not mended keeps its bytes; the
// file that is read is never touched. Each change is told, with its line before and after.
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { JsonObject } from "../../../text/types.ts";
import { WholeFile } from "../../rows/whole-file.ts";
import type { FaultCode } from "../catalogue.ts";
import { type Line, readLines, startOf } from "../check/lines.ts";
import { Repeats } from "../check/repeats.ts";
import { notCopied, outputIsInput } from "../errors.ts";
import type { Profile, Sighting } from "../profile.ts";
import { profiles } from "../registry.ts";
import { sightingsIn } from "../rules/index.ts";
import { severityFor } from "../rules/rule.ts";
import { exactJson, losesNumbers } from "./exact-numbers.ts";
import { type Mender, menders } from "./menders.ts";

export interface Change {
  code: FaultCode;
  /** From 1. */
  line: number;
  /** In the new file; null where the line is not there any more. */
  newLine: number | null;
  field: string;
  change: string;
}

export interface FixReport {
  file: string;
  out: string;
  rows: number;
  /** The first 10,000. */
  changes: Change[];
  counts: Partial<Record<FaultCode, number>>;
}

/** Throws UsageError FT-PROFILE-005 where a file would be written over while it is read. */
export function requireOther(out: string, ...files: readonly string[]): void {
  const real = (file: string): string => (existsSync(file) ? realpathSync(file) : resolve(file));
  if (files.some((file) => real(file) === real(out))) throw outputIsInput(out);
}

const toldAtMost = 10_000;

type Mended = { field: string; code: FaultCode; change: string };

const order = Object.keys(menders) as FaultCode[];

function sightings(row: JsonObject, profile: Profile): Sighting[] {
  const form = profile.forms.find((one) => one.detect(row));
  if (form === undefined) return [];
  const all = [...sightingsIn({ row, seen: form.see(row), form, profile })];
  const mendable = all.filter(
    ({ code, fixable = true }) =>
      fixable && menders[code] !== undefined && severityFor(profile, code) !== "off",
  );
  return mendable.toSorted((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
}

/** A row without what can be mended; mending one fault may show another, so it is looked at again, three times at most. */
export function mendRow(row: JsonObject, profile: Profile): { row: JsonObject; changes: Mended[] } {
  const copy = structuredClone(row) as Record<string, unknown>;
  const changes: Mended[] = [];
  for (let round = 0; round < 3; round++) {
    const before = changes.length;
    for (const sighting of sightings(copy, profile)) {
      const mend = menders[sighting.code] as Mender;
      const change = mend({ row: copy, sighting, profile });
      if (change !== undefined)
        changes.push({ field: sighting.field, code: sighting.code, change });
    }
    if (changes.length === before) break;
  }
  return { row: copy, changes };
}

/** Menders that write numbers of the row into a text. */
const spellsNumbers: readonly FaultCode[] = ["arguments_not_text"];

/**
 * A row mended as text. It stays as it is where it is nested deeper than it can be copied, and where one of its numbers
 * could not be written as it is spelled.
 */
function mendedOrLeft(row: JsonObject, text: string, profile: Profile) {
  const left = { row, changes: [], text };
  try {
    const mended = mendRow(row, profile);
    if (mended.changes.length === 0) return left;
    const written = exactJson(mended.row, text);
    const isSpelled = mended.changes.some(({ code }) => spellsNumbers.includes(code));
    if (written === undefined || (isSpelled && losesNumbers(text))) return left;
    return { ...mended, text: written };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return left;
  }
}

class Fixer {
  readonly report: FixReport;
  readonly #profile: Profile;
  readonly #repeats = new Repeats(false);
  readonly #output: WholeFile;
  #mark: string;
  #written = 0;

  constructor(report: FixReport, setup: { profile: Profile; output: WholeFile; mark: string }) {
    this.report = report;
    this.#profile = setup.profile;
    this.#output = setup.output;
    this.#mark = setup.mark;
  }

  tell(change: Change): void {
    const { counts, changes } = this.report;
    counts[change.code] = (counts[change.code] ?? 0) + 1;
    if (changes.length < toldAtMost) changes.push(change);
  }

  #write(text: string): void {
    this.#output.line(`${this.#mark}${text}`);
    this.#mark = "";
    this.#written++;
  }

  #isOff(code: FaultCode): boolean {
    return severityFor(this.#profile, code) === "off";
  }

  line({ line, text, row }: Line): void {
    if (text === undefined) throw notCopied(this.report.file, line);
    if (text.trim() === "" && !this.#isOff("blank_line")) {
      this.tell({ code: "blank_line", line, newLine: null, field: "", change: "removed" });
      return;
    }
    if (row === undefined) this.#write(text);
    else this.#row(row, line, text);
  }

  #row(row: JsonObject, line: number, text: string): void {
    this.report.rows++;
    const mended = mendedOrLeft(row, text, this.#profile);
    const first = this.#first(mended.row, line);
    if (first !== undefined) {
      const change = `removed: it repeats line ${first}`;
      this.tell({ code: "duplicate_record", line, newLine: null, field: "", change });
      return;
    }
    this.#write(mended.text);
    for (const { code, field, change } of mended.changes)
      this.tell({ code, line, newLine: this.#written, field, change });
  }

  /** The line that says the same as this row. */
  #first(row: JsonObject, line: number): string | undefined {
    const form = this.#profile.forms.find((one) => one.detect(row));
    if (form === undefined || this.#isOff("duplicate_record")) return undefined;
    const [repeat] = this.#repeats.add(row, form.see(row), line);
    return repeat?.message.match(/\d+/)?.[0];
  }
}

/** Throws UsageError FT-PROFILE-001 and -005, DataError FT-DATA-001 and -003. */
export async function fixFile(file: string, out: string, name: string): Promise<FixReport> {
  const profile = profiles.get(name);
  requireOther(out, file);
  const { hasMark, isUtf16 } = await startOf(file);
  const wantsMark = severityFor(profile, "byte_order_mark_missing") !== "off";
  const keepsMark = wantsMark || (hasMark && severityFor(profile, "byte_order_mark") === "off");
  using output = new WholeFile(out);
  const report: FixReport = { file, out, rows: 0, changes: [], counts: {} };
  const fixer = new Fixer(report, { profile, output, mark: keepsMark ? "\uFEFF" : "" });
  const at = { line: 1, newLine: 1, field: "" };
  if (isUtf16) fixer.tell({ ...at, code: "not_utf8", change: "written as UTF-8" });
  if (hasMark && !keepsMark) fixer.tell({ ...at, code: "byte_order_mark", change: "removed" });
  if (!hasMark && keepsMark)
    fixer.tell({ ...at, code: "byte_order_mark_missing", change: "added" });
  for await (const line of readLines(file)) fixer.line(line);
  await output.commit();
  return report;
}

/** Faults that are mended here, by lines, rather than in a row. */
export const mendedByLine: readonly FaultCode[] = [
  "blank_line",
  "byte_order_mark",
  "byte_order_mark_missing",
  "not_utf8",
  "duplicate_record",
];
