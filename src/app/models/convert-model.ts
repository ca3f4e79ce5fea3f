// A model converted into a folder of its own: another precision, packed, or unpacked; with what that costs on a text.
// How numbers are packed and files written is export's.
import { resolve } from "node:path";
import { boundedFile } from "../../core/bounded-file.ts";
import { DataError, ModelError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import { type Conversion, planConversion } from "../../export/conversion.ts";
import { writeConversion } from "../../export/converted-folder.ts";
import { isKept } from "../../export/kept-update.ts";
import { ConversionOptions, conversionWish } from "../../export/options.ts";
import { type Survival, survivalOf } from "../../export/survival.ts";
import { requireNothingAt, requireRoom, type WriteProgress } from "../../export/whole-output.ts";
import { packingOf } from "../../models/kit/index.ts";
import { fetchModel } from "../../models/open-model.ts";
import {
  type DownloadProgress,
  openModelFolder,
  openStoredModel,
  type StoredModel,
} from "../../weights/index.ts";
import { baseFacts, makingProvenance } from "../share/provenance.ts";
import { perplexityOfModel } from "./perplexity.ts";

export interface ConvertOptions extends Partial<ConversionOptions> {
  /** Hub id, folder, .gguf file, or builtin name. */
  model: string;
  /** The folder to write; must not be there. */
  folder: string;
  revision?: string | undefined;
  /** A text file: how well the model foretells it, before and after. */
  perplexityFile?: string | undefined;
  /** Of that text, from its beginning. */
  perplexityTokens?: number | undefined;
  /** What it was trained from: how much of the training is left in packed layers is measured then. */
  baseModel?: string | undefined;
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  onProgress?: ((progress: WriteProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface ConvertedModel {
  model: string;
  folder: string;
  bytes: number;
  parameters: number;
  /** Of the weights: 8 · bytes / parameters. */
  bitsPerWeight: number;
  tensors: number;
  /** As config.json says it; null where nothing is packed. */
  quantization: unknown;
  /** How many layers are packed. */
  packed: number;
  /** Layers that could be and are not, by path. */
  dense: readonly string[];
  /** Stored tensors that are no part of the language model. */
  leftOut: readonly string[];
  perplexity: { before: number; after: number; tokens: number } | null;
  /** Null without a base model, and where nothing is packed. */
  survival: ConvertedSurvival | null;
  seconds: number;
}

export interface ConvertedSurvival extends Survival {
  /** The result is nearer to the base than to what was trained. */
  lost: boolean;
}

const USUAL_TOKENS = 4096;
/** Of a text of which some thousand tokens are read. */
const LONGEST_TEXT = 256_000_000;

/** @throws ModelError FT-MODEL-034 where the weights are packed already. */
function requirePlain(stored: StoredModel): void {
  const packing = packingOf(stored.config as Record<string, unknown>);
  if (packing === undefined) return;
  throw new ModelError("FT-MODEL-034", {
    at: { file: stored.folder },
    message: `the model is quantized already, with ${packing.bits} bits in groups of ${packing.groupSize}`,
    hint: `ft models convert ${shellWord(stored.folder)} PLAIN --dequantize, then quantize PLAIN`,
  });
}

/** Measures what a text costs the model; undefined where none is given. */
async function measured(name: string, text: string | undefined, options: ConvertOptions) {
  if (text === undefined) return undefined;
  const { perplexityTokens: maxTokens = USUAL_TOKENS, revision, onDownload, signal } = options;
  return await perplexityOfModel(name, { text, maxTokens, revision, onDownload, signal });
}

function textIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return boundedFile(file, LONGEST_TEXT).toString("utf8");
  } catch (cause) {
    const hint = "give a text file of a few pages";
    const message = "the text for the perplexity cannot be read";
    throw new DataError("FT-DATA-029", { at: { file }, message, hint, cause });
  }
}

/** What a conversion makes. */
export function summaryOf(
  { model, folder }: ConvertOptions,
  { bytes, parameters, tensors, config, packed, dense, leftOut }: Conversion,
): Omit<ConvertedModel, "perplexity" | "survival" | "seconds"> {
  const quantization = config["quantization"] ?? null;
  const bitsPerWeight = (8 * bytes) / parameters;
  const counts = { tensors: tensors.length, packed: packed.size };
  return {
    model,
    folder,
    bytes,
    parameters,
    bitsPerWeight,
    quantization,
    dense,
    leftOut,
    ...counts,
  };
}

/** What of the training is left in the layers that were packed now. */
async function survived(
  stored: StoredModel,
  { packed }: Conversion,
  { folder, baseModel, onDownload, signal }: ConvertOptions,
): Promise<ConvertedSurvival | null> {
  if (baseModel === undefined || packed.size === 0) return null;
  const origin = { name: baseModel, revision: null, cache_dir: null };
  const place = await fetchModel(origin, { onProgress: onDownload, signal });
  const base = await openStoredModel(place.folder, place.remote);
  const updated = { ...stored, base, changed: packed };
  const survival = await survivalOf(updated, await openModelFolder(resolve(folder)));
  return { ...survival, lost: !isKept(survival) };
}

/**
 * Writes a model of the hub, of a folder or of a file as another folder.
 * @throws what opening and planning it throw, and `writeConversion`.
 */
export async function convertModel(options: ConvertOptions): Promise<ConvertedModel> {
  const { model, folder, revision = null, onDownload, onProgress, signal } = options;
  const started = performance.now();
  const wish = conversionWish(ConversionOptions.parse(pick(options)));
  await requireNothingAt(folder);
  const text = textIn(options.perplexityFile);
  const origin = { name: model, revision, cache_dir: null };
  const resolved = await fetchModel(origin, { onProgress: onDownload, signal });
  const stored = await openStoredModel(resolved.folder, resolved.remote);
  if (wish.packing !== undefined) requirePlain(stored);
  const conversion = await planConversion(stored, wish);
  await requireRoom(folder, conversion.bytes);
  const before = await measured(model, text, options);
  const provenance = makingProvenance({
    ...{ kind: "model", command: "ft models convert", settings: pick(options) },
    base: await baseFacts(model, stored, resolved),
    from: stored.folder,
  });
  await writeConversion(folder, conversion, { onProgress, signal, provenance });
  const after = await measured(resolve(folder), text, { ...options, revision: undefined });
  const perplexity =
    before && after
      ? { before: before.perplexity, after: after.perplexity, tokens: after.tokens }
      : null;
  const survival = await survived(stored, conversion, options);
  const seconds = (performance.now() - started) / 1000;
  return { ...summaryOf(options, conversion), perplexity, survival, seconds };
}

/** Those of the options that say what is made. */
function pick(options: ConvertOptions): Record<string, unknown> {
  const keys = Object.keys(ConversionOptions.shape);
  return Object.fromEntries(Object.entries(options).filter(([key]) => keys.includes(key)));
}
