// A model, with or without an adapter, written in a form that other programs read. Which forms there are and how they
// are written is export's; here it is found, checked against what the form takes, and written whole or not at all.
import { lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { ModelError, UsageError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import {
  type Dropped,
  type ExportFormat,
  exportFormats,
  type ExportOptions,
  type ExportSource,
} from "../../export/formats/index.ts";
import { requireNothingAt, type WriteProgress, writeWhole } from "../../export/whole-output.ts";
import { type NamedModel, namedModel } from "../../generate/named-model.ts";
import { fetchModel } from "../../models/open-model.ts";
import { type DownloadProgress, openStoredModel } from "../../weights/index.ts";

export interface ExportModelOptions extends Partial<ExportOptions> {
  /** A name of `exportFormats`. */
  format: string;
  /** Hub id, folder, .gguf file, builtin name, or the folder of an adapter or a run. */
  model: string;
  /** The folder or the file to write; must not be there. */
  output: string;
  /** Folder of an adapter on the model. */
  adapter?: string | undefined;
  /** The model that an adapter belongs to, in the place of the one that its file names. */
  baseModel?: string | undefined;
  revision?: string | undefined;
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  onProgress?: ((progress: WriteProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
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

/** @throws ModelError FT-GENERATE-004 where what is given as an adapter is a whole model. */
async function modelAndAdapter(options: ExportModelOptions): Promise<NamedModel> {
  const { model, adapter, baseModel } = options;
  const named = await namedModel(model, baseModel);
  if (adapter === undefined) return named;
  const given = await namedModel(adapter, named.base);
  if (given.adapter !== undefined) return given;
  throw new ModelError("FT-GENERATE-004", {
    at: { file: adapter },
    message: "this is a whole model, not an adapter to put on another one",
    hint: `give it as the model: ft export ${options.format} ${shellWord(adapter)} OUT`,
  });
}

async function sourceOf(options: ExportModelOptions): Promise<ExportSource> {
  const { revision = null, onDownload, signal } = options;
  const { base, adapter, template = { name: "auto" } } = await modelAndAdapter(options);
  const origin = { name: base, revision, cache_dir: null };
  const { folder, remote } = await fetchModel(origin, { onProgress: onDownload, signal });
  const model = await openStoredModel(folder, remote);
  return {
    model,
    name: base,
    template,
    ...(adapter !== undefined && { adapter: { folder: adapter } }),
  };
}

function filesAt(path: string): WrittenFile[] {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return [{ path, bytes: stats.size }];
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesAt(join(path, name)));
}

/** Those of the options that say what is made. */
function given(options: ExportModelOptions): ExportOptions {
  const { quant, dtype, shardSize, system, adapterOnly } = options;
  return { quant, dtype, shardSize, system, adapterOnly };
}

/**
 * Writes a model as a file or a folder of the format.
 * @throws UsageError FT-EXPORT-001 to 004 and FT-USAGE-014 before anything is read; what opening and planning throw;
 * FtError FT-WEIGHTS-021 and 022 and FT-INTERRUPTED, and nothing is left.
 */
export async function exportModel(options: ExportModelOptions): Promise<ExportedModel> {
  const started = performance.now();
  const { format: name, output, onProgress, signal } = options;
  const format = exportFormats.get(name);
  const asked = given(options);
  requireTaken(name, format, asked);
  requireKnownQuant(name, format, asked.quant);
  await requireNothingAt(output, format.output);
  const source = await sourceOf(options);
  requireAdapter(source, asked);
  const { bytes: least, dropped, notes, write } = await format.plan(source, asked);
  const place = { path: output, kind: format.output, bytes: least };
  await writeWhole(place, (temporary) => write(temporary, { onProgress, signal }));
  const files = filesAt(resolve(output));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const seconds = (performance.now() - started) / 1000;
  const from = { model: source.name, adapter: source.adapter?.folder ?? null };
  return { format: name, ...from, output: resolve(output), files, bytes, dropped, notes, seconds };
}
