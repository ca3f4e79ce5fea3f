// A model, with or without an adapter, written in a form that other programs read. Which forms there are and how they
// are written is export's; here it is found, checked against what the form takes, and written whole or not at all.
import { lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import {
  type Dropped,
  type ExportFormat,
  exportFormats,
  type ExportOptions,
  type ExportSource,
} from "../../export/formats/index.ts";
import { keptText, requireKept } from "../../export/kept-update.ts";
import type { Survival } from "../../export/survival.ts";
import { requireNothingAt, type WriteProgress, writeWhole } from "../../export/whole-output.ts";
import { writeManifest } from "../../runs/index.ts";
import { exportSource, type FoundSource, type SourceOptions } from "./export-source.ts";
import { baseFacts, makingProvenance } from "./provenance.ts";

export interface ExportModelOptions extends SourceOptions, Partial<ExportOptions> {
  /** The folder or the file to write; must not be there. */
  output: string;
  onProgress?: ((progress: WriteProgress) => void) | undefined;
}

export interface WrittenFile {
  /** Absolute. */
  path: string;
  bytes: number;
}

export interface ExportedModel {
  format: string;
  model: string;
  adapter: string | null;
  output: string;
  files: readonly WrittenFile[];
  /** Of all files. */
  bytes: number;
  /** What the model has and the result has not, and why. */
  dropped: readonly Dropped[];
  /** What else to know of the result. */
  notes: readonly string[];
  /** What is left of an adapter's update that was rounded to few bits; null where none was. */
  survival: Survival | null;
  seconds: number;
}

const flagOf = (key: string): string =>
  `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** @throws UsageError FT-EXPORT-002 for what the format has no use for. */
function requireTaken(name: string, { takes }: ExportFormat, options: ExportOptions): void {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const [unknown] = given.filter(([key]) => !(takes as readonly string[]).includes(key));
  if (unknown === undefined) return;
  const others = exportFormats
    .names()
    .filter((other) => (exportFormats.get(other).takes as readonly string[]).includes(unknown[0]));
  throw new UsageError("FT-EXPORT-002", {
    message: `format ${name} takes no ${flagOf(unknown[0])}`,
    hint:
      others.length === 0 ? "leave it out" : `leave it out, or export as ${others.join(" or ")}`,
  });
}

/** @throws UsageError FT-EXPORT-003 for a quantization that the format has not. */
function requireKnownQuant(name: string, { quants = [] }: ExportFormat, quant?: string): void {
  if (quant === undefined || quants.includes(quant)) return;
  throw new UsageError("FT-EXPORT-003", {
    message: `format ${name} has no quantization '${quant}'`,
    hint: `--quant takes ${quants.join(", ")}`,
  });
}

/** @throws UsageError FT-EXPORT-004 where an adapter is asked for by itself and there is none. */
function requireAdapter(source: ExportSource, { adapterOnly }: ExportOptions): void {
  if (adapterOnly !== true || source.adapter !== undefined) return;
  throw new UsageError("FT-EXPORT-004", {
    message: `${source.name} is a whole model: there is no adapter to export by itself`,
    hint: "give the adapter with --adapter FOLDER, or leave --adapter-only out",
  });
}

/** A folder says where it is from; a file has its format's own words for that. */
async function describe(
  folder: string,
  source: FoundSource,
  options: ExportModelOptions,
): Promise<void> {
  const { model, name, adapter, resolved } = source;
  // where the base lies on this disk is no setting of what was made
  const { from: _place, ...settings } = given(options);
  const kind = settings.adapterOnly === true ? "adapter" : exportFormats.get(options.format).holds;
  const provenance = makingProvenance({
    kind: kind ?? "model",
    command: "ft export",
    settings: { format: options.format, ...settings },
    base: await baseFacts(name, model, resolved),
    from: adapter?.folder ?? model.folder,
  });
  await writeManifest(folder, provenance);
}

function filesAt(path: string): WrittenFile[] {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return [{ path, bytes: stats.size }];
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesAt(join(path, name)));
}

function keptNotes(survival: Survival | null): string[] {
  if (survival === null) return [];
  return [`${keptText(survival)}; ft merge measures what answers lose by it`];
}

/** Those of the options that say what is made. */
function given(options: ExportModelOptions): ExportOptions {
  const { quant, dtype, shardSize, system, adapterOnly, from } = options;
  return { quant, dtype, shardSize, system, adapterOnly, from };
}

/**
 * Writes a model as a file or a folder of the format.
 * @throws UsageError FT-EXPORT-001 to 004 and FT-USAGE-014 before anything is read; what opening and planning throw;
 * ModelError FT-ADAPTER-012, FtError FT-WEIGHTS-021 and 022 and FT-INTERRUPTED, and nothing is left.
 */
export async function exportModel(options: ExportModelOptions): Promise<ExportedModel> {
  const started = performance.now();
  const { format: name, output, onProgress, signal } = options;
  const format = exportFormats.get(name);
  const asked = given(options);
  requireTaken(name, format, asked);
  requireKnownQuant(name, format, asked.quant);
  await requireNothingAt(output, format.output);
  const source = await exportSource(options);
  requireAdapter(source, asked);
  const planned = await format.plan(source, asked);
  const { bytes: least, rounds, write } = planned;
  const place = { path: output, kind: format.output, bytes: least };
  let survival: Survival | null = null;
  await writeWhole(place, async (temporary) => {
    await write(temporary, { onProgress, signal });
    if (rounds !== undefined) survival = await requireKept(rounds, temporary);
    if (format.output === "folder") await describe(temporary, source, options);
  });
  const files = filesAt(resolve(output));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const seconds = (performance.now() - started) / 1000;
  const dropped = [...source.lost, ...planned.dropped];
  const notes = [...planned.notes, ...keptNotes(survival)];
  const from = { model: source.name, adapter: source.adapter?.folder ?? null };
  const told = { files, bytes, dropped, notes, survival, seconds };
  return { format: name, ...from, output: resolve(output), ...told };
}
