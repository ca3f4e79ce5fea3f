// Adapters looked at, written in another form, and combined. What the forms are is adapters'; the base is opened for its
// names and sizes alone.
import { resolve } from "node:path";
import {
  type AdapterBase,
  adapterFormats,
  combineAdapters,
  type CombineRequest,
  type Dropped,
  openAdapter,
  type StoredAdapter,
} from "../../adapters/index.ts";
import { ModelError, UsageError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import { writeAdapter } from "../../export/adapter-folder.ts";
import { requireNothingAt } from "../../export/whole-output.ts";
import { namedModel } from "../../generate/named-model.ts";
import { architectureOf, planModel, type PlannedModel, untied } from "../../models/index.ts";
import { fetchModel } from "../../models/open-model.ts";
import { writeManifest } from "../../runs/index.ts";
import {
  type DownloadProgress,
  openStoredModel,
  shapesOf,
  type StoredModel,
} from "../../weights/index.ts";
import { makingProvenance } from "./provenance.ts";

interface Opening {
  /** The base, in the place of the one that an adapter's file names. */
  baseModel?: string | undefined;
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

async function namesOn(planned: PlannedModel, name: string): Promise<AdapterBase> {
  const { model, source } = planned;
  const architecture = await architectureOf(source.config);
  const published = architecture.recipe(source.config);
  const mlx = architecture.packedRecipe(source.config);
  return { model, published, mlx, shapes: shapesOf(source), name };
}

/** Where it is: the adapter's folder, of a run its result. */
async function located(path: string, baseModel: string | undefined) {
  const { base, adapter } = await namedModel(path, baseModel);
  if (adapter !== undefined) return { base, folder: adapter };
  throw new ModelError("FT-ADAPTER-003", {
    at: { file: path },
    message: "there is no adapter in this folder",
    hint: "give a folder written by ft, mlx_lm.lora or PEFT, or a run that trained an adapter",
  });
}

async function baseStored(name: string, { onDownload, signal }: Opening): Promise<StoredModel> {
  const origin = { name, revision: null, cache_dir: null };
  const place = await fetchModel(origin, { leaveWeights: true, onProgress: onDownload, signal });
  return await openStoredModel(place.folder, place.remote);
}

export interface OpenedAdapter {
  adapter: StoredAdapter;
  base: AdapterBase;
}

/** All of them on one base; with a head of its own, where one of them changes the head of a tied model apart. */
async function openedOnBase(
  folders: readonly string[],
  name: string,
  options: Opening,
): Promise<{ adapters: StoredAdapter[]; base: AdapterBase }> {
  const stored = await baseStored(name, options);
  const planned = await planModel(stored);
  const open = async (base: AdapterBase): Promise<StoredAdapter[]> => {
    const found: StoredAdapter[] = [];
    for (const folder of folders) found.push(await openAdapter(folder, base));
    return found;
  };
  const base = await namesOn(planned, name);
  const adapters = await open(base);
  if (!adapters.some(({ unties }) => unties)) return { adapters, base };
  const apart = await namesOn(await planModel(await untied(stored, planned)), name);
  return { adapters: await open(apart), base: apart };
}

export interface AdapterInfo {
  folder: string;
  format: string;
  kind: string;
  base: string;
  layers: number;
  /** By rank: how many layers. */
  ranks: Readonly<Record<string, number>>;
  /** By scale. */
  scales: Readonly<Record<string, number>>;
  parameters: number;
  tensors: number;
  /** Last names of the layers. */
  targets: readonly string[];
  /** Parameters of the model that it brings whole. */
  replaced: readonly string[];
  template: string | null;
  dropped: readonly Dropped[];
}

function counted(values: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** @throws ModelError FT-ADAPTER-003, 004 and 009. */
export async function adapterInfo(path: string, options: Opening = {}): Promise<AdapterInfo> {
  const { base: name, folder } = await located(path, options.baseModel);
  const { adapters } = await openedOnBase([folder], name, options);
  const [adapter] = adapters as [StoredAdapter];
  const layers = [...adapter.layers.values()];
  const shapes = layers.map(({ shape }) => shape);
  const { layers: tensors, replaced } = adapter.load();
  const all = [
    ...[...tensors.values()].flatMap((parts) => Object.values(parts)),
    ...replaced.values(),
  ];
  const parameters = all.reduce((sum, { size }) => sum + size, 0);
  for (const tensor of all) tensor.dispose();
  return {
    ...{ folder, format: adapter.format, kind: layers[0]?.kind ?? "none", base: name },
    layers: layers.length,
    ranks: counted(shapes.map(({ rank }) => rank)),
    scales: counted(shapes.map(({ scale }) => scale)),
    parameters,
    tensors: adapter.tensorCount,
    targets: [...new Set([...adapter.layers.keys()].map((at) => at.split(".").at(-1) ?? at))],
    replaced: [...adapter.replaced.keys()],
    template: adapter.template?.name ?? null,
    dropped: adapter.dropped,
  };
}

export interface WrittenAdapterInfo {
  outputDir: string;
  format: string;
  base: string;
  /** How many were written. */
  tensors: number;
  dropped: readonly Dropped[];
}

interface Writing extends Opening {
  output: string;
  /** Of the registry of formats. */
  to: string;
}

function nothingHeld(
  { folder, replaced }: StoredAdapter,
  to: string,
  dropped: readonly Dropped[],
): ModelError {
  const shown = dropped.slice(0, 3).map(({ what, why }) => `${what}: ${why}`);
  const more = dropped.length - shown.length;
  return new ModelError("FT-ADAPTER-016", {
    at: { file: folder },
    message: `the format ${to} cannot hold any part of this adapter; nothing was written`,
    problems: [...shown, ...(more > 0 ? [`and ${more} more`] : [])],
    hint:
      replaced.size > 0
        ? `ft merge ${shellWord(folder)} OUT writes its whole parameters into the model`
        : "ft adapters info shows what it holds",
  });
}

async function written(
  { adapter, base, name }: { adapter: StoredAdapter; base: AdapterBase; name: string },
  { output, to }: Writing,
  command: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<WrittenAdapterInfo> {
  const made = adapterFormats.get(to).write({ ...adapter, base: adapter.base ?? name }, base);
  const dropped = [...adapter.dropped, ...made.dropped];
  const tensors = made.tensors.size;
  if (tensors === 0) throw nothingHeld(adapter, to, dropped);
  const { folder: from } = adapter;
  const provenance = makingProvenance({ kind: "adapter", command, base: { name }, settings, from });
  await writeAdapter(output, made, (temporary) => writeManifest(temporary, provenance));
  return { outputDir: resolve(output), format: to, base: name, tensors, dropped };
}

/**
 * Writes an adapter in another form. What that cannot hold is told.
 * @throws UsageError FT-ADAPTER-010 for a form that there is not; ModelError FT-ADAPTER-016 for one that holds nothing
 * of it; as `adapterInfo`; what writing throws.
 */
export async function convertAdapter(path: string, options: Writing): Promise<WrittenAdapterInfo> {
  adapterFormats.get(options.to);
  await requireNothingAt(options.output);
  const { base: name, folder } = await located(path, options.baseModel);
  const { adapters, base } = await openedOnBase([folder], name, options);
  const [adapter] = adapters as [StoredAdapter];
  return await written({ adapter, base, name }, options, "ft adapters convert", { to: options.to });
}

export interface CombineOptions extends Writing, Omit<CombineRequest, "weights"> {
  weights?: readonly number[] | undefined;
}

function weightsFor(
  paths: readonly string[],
  weights: readonly number[] | undefined,
): readonly number[] {
  if (weights === undefined) return paths.map(() => 1);
  if (weights.length === paths.length) return weights;
  throw new UsageError("FT-ADAPTER-014", {
    message: `${paths.length} adapters, and ${weights.length} weights`,
    hint: `--weights ${paths.map(() => "1").join(",")}`,
  });
}

/**
 * Writes several adapters of one base as one.
 * @throws UsageError FT-ADAPTER-010, 013 and 014; as `adapterInfo`; what writing throws.
 */
export async function combineFolders(
  paths: readonly string[],
  options: CombineOptions,
): Promise<WrittenAdapterInfo> {
  await requireNothingAt(options.output);
  const weights = weightsFor(paths, options.weights);
  const found: { base: string; folder: string }[] = [];
  for (const path of paths) found.push(await located(path, options.baseModel));
  const name = found[0]?.base ?? "";
  const folders = found.map(({ folder }) => folder);
  const { adapters, base } = await openedOnBase(folders, name, options);
  const adapter = combineAdapters(adapters as [StoredAdapter], { ...options, weights });
  const { method, density, rank, seed } = options;
  const settings = { method, weights, density, rank, seed };
  return await written({ adapter, base, name }, options, "ft adapters combine", settings);
}
