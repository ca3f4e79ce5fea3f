// An adapter merged into its base, as a model of its own: the update added in float32, then rounded once to the base's
// precision, to a chosen one, or packed as the base is packed. What rounding took of it is measured before the result
// gets its name; one that would lose it is not written.
import { resolve } from "node:path";
import { ModelError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import { type ConversionWish, planConversion } from "../../export/conversion.ts";
import { writeConvertedFiles } from "../../export/converted-folder.ts";
import { isKept, lostUpdate, percent } from "../../export/kept-update.ts";
import { type MergedModel, mergedModel } from "../../export/merged-model.ts";
import { ConversionOptions, conversionWish } from "../../export/options.ts";
import { type Survival, survivalOf } from "../../export/survival.ts";
import { requireNothingAt, type WriteProgress, writeWhole } from "../../export/whole-output.ts";
import { namedModel } from "../../generate/named-model.ts";
import { planModel } from "../../models/index.ts";
import { packingOf } from "../../models/kit/index.ts";
import { fetchModel } from "../../models/open-model.ts";
import type { Packing } from "../../mx/index.ts";
import { writeManifest } from "../../runs/index.ts";
import type { TemplateSource } from "../../text/index.ts";
import {
  type DownloadProgress,
  openModelFolder,
  openStoredModel,
  type StoredModel,
} from "../../weights/index.ts";
import { withTemplate } from "./carried-template.ts";
import { type ComparedAnswers, compareAnswers, validationRows } from "./merged-answers.ts";
import { comparedLogits, type ComparedLogits } from "./merged-logits.ts";
import { baseFacts, makingProvenance } from "./provenance.ts";

export interface MergeOptions extends Partial<ConversionOptions> {
  /** Folder of an adapter, or of a run. */
  adapter: string;
  /** The folder to write; must not be there. */
  output: string;
  /** The base, in the place of the one that the adapter's file names. */
  baseModel?: string | undefined;
  /** Rows with answers: asked of base, base with adapter, and result. Of a run without it: its validation rows. */
  prompts?: string | undefined;
  /** Number of these rows. */
  numPrompts?: number | undefined;
  /** Writes a result that has lost the update too. */
  force?: boolean | undefined;
  revision?: string | undefined;
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  onProgress?: ((progress: WriteProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface MergeSurvival extends Survival {
  /** Null where nothing was asked. */
  answers: ComparedAnswers | null;
  /** Whether the result answers as the base, not as base and adapter. */
  lost: boolean;
}

export interface MergedResult {
  adapter: string;
  base: string;
  outputDir: string;
  bytes: number;
  /** As config.json says it; null where nothing is packed. */
  quantization: unknown;
  /** Between the result, and base with adapter, in float32. */
  maxLogitDifference: number;
  /** The same between the base, and base with adapter. */
  baseLogitDifference: number;
  survival: MergeSurvival;
  warnings: readonly string[];
  seconds: number;
}

/** Of a base whose numbers are packed in its file: as MLX packs them, to the same values, where all of it can be. */
async function packedForm(stored: StoredModel): Promise<StoredModel> {
  const packed = stored.packed?.();
  if (packed === undefined) return stored;
  const { missing, unexpected, problems } = (await planModel(packed)).account;
  return missing.length + unexpected.length + problems.length === 0 ? packed : stored;
}

const isPackedModel = ({ config }: StoredModel): boolean =>
  packingOf(config as Record<string, unknown>) !== undefined;

/** The base in the form in which it is merged, and what is to become of the sum. */
async function planned(stored: StoredModel, folder: string, options: MergeOptions) {
  const asked = conversionWish(ConversionOptions.parse(picked(options)));
  const keepsPacking =
    asked.dtype === undefined && asked.packing === undefined && asked.unpacks !== true;
  const base = keepsPacking ? await packedForm(stored) : stored;
  if (asked.packing !== undefined && isPackedModel(base)) throw packedAlready(base);
  const merged = await mergedModel(base, folder);
  return { merged, wish: wishFor(base, merged, asked, keepsPacking) };
}

function packedAlready({ folder }: StoredModel): ModelError {
  return new ModelError("FT-MODEL-034", {
    at: { file: folder },
    message: "the base is quantized already, so the result is quantized too",
    hint: "leave --quantize out, or merge with --dtype bfloat16 and quantize the result with ft models convert",
  });
}

function wishFor(
  base: StoredModel,
  { changed }: MergedModel,
  asked: ConversionWish,
  keepsPacking: boolean,
): ConversionWish {
  if (!isPackedModel(base)) return asked;
  if (!keepsPacking) return { ...asked, unpacks: true };
  const packed = [...changed].filter((entry): entry is [string, Packing] => entry[1] !== undefined);
  return { packsLayers: new Map(packed) };
}

/** Those of the options that say what is made. */
function picked(options: MergeOptions): Record<string, unknown> {
  const keys = Object.keys(ConversionOptions.shape);
  return Object.fromEntries(Object.entries(options).filter(([key]) => keys.includes(key)));
}

/** Less than half of the update, or of what it changed of the logits or of right answers, is left. */
function isLost(
  survival: Survival,
  { merged, base }: ComparedLogits,
  answers: ComparedAnswers | null,
): boolean {
  if (!isKept(survival)) return true;
  const gain = answers === null ? 0 : answers.adapter - answers.base;
  if (answers !== null && gain > 0) return answers.merged - answers.base < gain / 2;
  return merged.mean >= base.mean && base.mean > 0;
}

/** The same command into numbers that keep more, and the way past the refusal. */
function wayOn(options: MergeOptions, isPacked: boolean): string {
  if (!isPacked && options.dtype === "float32") return "--force writes it all the same";
  const { adapter, output, baseModel } = options;
  const base = baseModel === undefined ? [] : ["--base-model", shellWord(baseModel)];
  const dtype = isPacked ? "bfloat16" : "float32";
  const again = ["ft merge", shellWord(adapter), shellWord(output), ...base, "--dtype", dtype];
  return `${again.join(" ")} keeps more; --force writes it all the same`;
}

function refused(options: MergeOptions, survival: MergeSurvival, isPacked: boolean): ModelError {
  const { answers } = survival;
  const problems =
    answers === null
      ? []
      : [
          `right answers of ${answers.samples}: base ${percent(answers.base)}, with the adapter ` +
            `${percent(answers.adapter)}, merged ${percent(answers.merged)}`,
        ];
  return lostUpdate(survival, { problems, hint: wayOn(options, isPacked) });
}

/** All that is compared of what was written at `folder`, which has no name yet. */
async function measured(
  folder: string,
  { merged, name, adapter, options }: Compared,
): Promise<{ survival: MergeSurvival; logits: ComparedLogits }> {
  const written = await openModelFolder(folder);
  const survival = await survivalOf(merged, written);
  const trio = { base: name, adapter, merged: folder };
  const logits = await comparedLogits(trio, options.signal);
  const rows = options.prompts ?? (await validationRows(options.adapter));
  const answers = rows === undefined ? null : await compareAnswers(trio, rows, options);
  const lost = isLost(survival, logits, answers);
  return { survival: { ...survival, answers, lost }, logits };
}

interface Compared {
  merged: MergedModel;
  name: string;
  adapter: string;
  options: MergeOptions & { template?: TemplateSource | undefined };
}

/**
 * @throws ModelError FT-GENERATE-005 for an adapter without a base, FT-ADAPTER-003, 004, 009 and 011 for one that does
 * not fit, 012 for a result that would lose the update, FT-GENERATE-004 for a whole model; what writing throws.
 */
export async function mergeModel(options: MergeOptions): Promise<MergedResult> {
  const started = performance.now();
  const { output, onDownload, onProgress, signal, revision = null } = options;
  await requireNothingAt(output);
  const { base: name, adapter, template } = await namedModel(options.adapter, options.baseModel);
  if (adapter === undefined) throw noAdapter(options.adapter);
  const place = await fetchModel(
    { name, revision, cache_dir: null },
    { onProgress: onDownload, signal },
  );
  const stored = await openStoredModel(place.folder, place.remote);
  const { merged, wish } = await planned(stored, adapter, options);
  const trainedWith = merged.adapter.template ?? template;
  const { model: conversion, lost } = await withTemplate(
    await planConversion(merged, wish),
    trainedWith,
  );
  const provenance = makingProvenance({
    kind: "model",
    command: "ft merge",
    base: await baseFacts(name, stored, place),
    settings: { ...picked(options) },
    from: adapter,
  });
  let found: Awaited<ReturnType<typeof measured>> | undefined;
  await writeWhole({ path: output, kind: "folder", bytes: conversion.bytes }, async (temporary) => {
    await writeConvertedFiles(temporary, conversion, { onProgress, signal });
    const told = { ...options, template: trainedWith };
    found = await measured(temporary, { merged, name, adapter, options: told });
    if (found.survival.lost && options.force !== true)
      throw refused(options, found.survival, conversion.config["quantization"] !== undefined);
    await writeManifest(temporary, provenance);
  });
  const { survival, logits } = found as NonNullable<typeof found>;
  return {
    ...{ adapter, base: name, outputDir: resolve(output), bytes: conversion.bytes },
    quantization: conversion.config["quantization"] ?? null,
    maxLogitDifference: logits.merged.max,
    baseLogitDifference: logits.base.max,
    survival,
    warnings: [
      ...lost.map(({ what, why }) => `left out: ${what}: ${why}`),
      ...(survival.lost ? ["the result has lost what the adapter learned"] : []),
    ],
    seconds: (performance.now() - started) / 1000,
  };
}

function noAdapter(path: string): ModelError {
  return new ModelError("FT-GENERATE-004", {
    at: { file: path },
    message: "this is a whole model, not an adapter",
    hint: "give the folder of an adapter, or of a run that trained one",
  });
}
