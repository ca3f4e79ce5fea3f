// Adapters on disk in mlx-lm's format: adapters.safetensors and adapter_config.json. Loads both ways.
// Other formats (PEFT's) are converted elsewhere.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { writeJsonAtomic } from "../core/atomic-files.ts";
import { boundedFile } from "../core/bounded-file.ts";
import { ConfigError, type FtError, ModelError } from "../core/errors.ts";
import { carry, dispose, evaluate, retain, scope, type Tensor } from "../mx/index.ts";
import { requireSameShapes } from "../nn/index.ts";
import type { TemplateSource } from "../text/index.ts";
import {
  loadTensorFile,
  loadTensors,
  readSafetensorsHeader,
  type SafetensorsHeader,
  saveTensors,
} from "../weights/index.ts";
import type { AdaptedLayer, AdapterShape } from "./adapted-layer.ts";
import {
  type Attached,
  attachAdapter,
  type BlockModel,
  placeAdapter,
  type PlacedAdapter,
} from "./attach.ts";
import { adapterKinds } from "./kinds.ts";
import { ALL_LINEAR } from "./options.ts";

const weightsFile = "adapters.safetensors";
const configFile = "adapter_config.json";
const extension = ".safetensors";
const MOST_CONFIG_BYTES = 16_000_000;

/** The file of an adapter's weights, given that or the adapter's folder: a run of mlx-lm keeps several in one. */
export function adapterWeightsFile(path: string): string {
  return path.endsWith(extension) ? path : join(path, weightsFile);
}

const folderOf = (path: string): string => (path.endsWith(extension) ? dirname(path) : path);

/** mlx-lm's file; other keys of it (its training arguments) are ignored. */
const AdapterConfig = z.looseObject({
  /** A kind of the registry. */
  fine_tune_type: z
    .string()
    .refine((kind) => adapterKinds.has(kind), {
      error: ({ input }) => `'${String(input)}' is none of: ${adapterKinds.names().join(", ")}`,
    })
    .default("lora"),
  /** The base model it was trained on, as it was called then. */
  model: z.string().optional().catch(undefined),
  /** Ours: `modelDigest` of the base. */
  model_digest: z.string().optional(),
  num_layers: z.int(),
  /** Ours: how conversations read in training, so that generation can repeat it. Once the path of a file as well. */
  template: z.string().optional(),
  /** Ours: the text of a template that was given as a file or a text. */
  template_text: z.string().optional(),
  lora_parameters: z.looseObject({
    rank: z.int().positive().max(65_536),
    scale: z.number(),
    dropout: z.number().min(0).lt(1).default(0),
    keys: z.array(z.string()).min(1).optional(),
  }),
});

/** What is written beside the numbers: the model that the adapter belongs to, and the template it was trained with. */
export interface AdapterOrigin {
  base: string;
  /** By which the base is known again: `modelDigest`. */
  baseDigest?: string;
  template: string;
  /** Where the template was given as a file or a text. */
  templateText?: string | undefined;
}

/** Writes the two files. */
export async function saveAdapter(
  folder: string,
  model: BlockModel,
  attached: Attached,
  shape: AdapterShape,
  { base, baseDigest, template, templateText }: AdapterOrigin,
): Promise<void> {
  const stored = storedParts(model);
  await saveTensors(join(folder, weightsFile), new Map([...trainedTensors(model), ...stored]), {
    format: "mlx",
  });
  dispose(stored);
  const { start, ...parameters } = shape;
  const rank = stored.size > 0 ? 2 * shape.rank : shape.rank;
  await writeJsonAtomic(join(folder, configFile), {
    fine_tune_type: attached.kind,
    model: base,
    model_digest: baseDigest,
    template,
    template_text: templateText,
    num_layers: attached.blockCount,
    lora_parameters: { ...parameters, rank, keys: attached.keys },
    ...(start !== undefined && start !== "default" && { start }),
  });
}

function trainedTensors(model: BlockModel): Map<string, Tensor> {
  return new Map(model.trainableSlots().map((slot) => [slot.name, slot.get()]));
}

/** Those that files hold otherwise than the layers do, made for the file. */
function storedParts(model: BlockModel): Map<string, Tensor> {
  return scope(() => {
    const parts = adaptedLayers(model).flatMap(([path, layer]) =>
      Object.entries(layer.stored?.() ?? {}).map(
        ([name, value]) => [`${path}.${name}`, value.mul(1)] as const,
      ),
    );
    evaluate(parts.map(([, value]) => value));
    return new Map(parts);
  });
}

function adaptedLayers(model: BlockModel): [path: string, layer: AdaptedLayer][] {
  return [...model.modules()].filter(
    (entry): entry is [string, AdaptedLayer] => "stored" in entry[1],
  );
}

function badAdapter(folder: string, message: string, cause?: unknown): ModelError {
  return new ModelError("FT-ADAPTER-003", {
    at: { file: join(folder, configFile) },
    message,
    hint: "give a folder written by ft or mlx_lm.lora: adapters.safetensors and adapter_config.json",
    cause,
  });
}

function readAdapterConfig(folder: string): z.infer<typeof AdapterConfig> {
  let text: string;
  try {
    text = boundedFile(join(folder, configFile), MOST_CONFIG_BYTES).toString("utf8");
  } catch (error) {
    throw badAdapter(folder, "there is no adapter in this folder", error);
  }
  try {
    return AdapterConfig.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw badAdapter(
      folder,
      `not the configuration of an adapter of a known kind: ${reason}`,
      error,
    );
  }
}

/** The adapter and the model are each as they should be, but not made for each other. */
function wrongBase(folder: string, base: string | undefined, cause: FtError): ModelError {
  return new ModelError("FT-ADAPTER-004", {
    at: { file: join(folder, configFile) },
    message: `the adapter does not fit this model: ${withoutField(cause)}`,
    problems: cause.problems,
    cause,
    hint:
      base === undefined
        ? "give the model that the adapter was trained on"
        : `it was trained on ${base}: give that model`,
  });
}

/** Also keeps a file from replacing weights of the base model. */
function requireSameNames(
  folder: string,
  expected: ReadonlySet<string>,
  found: ReadonlySet<string>,
): void {
  const missing = [...expected].filter((name) => !found.has(name));
  const unexpected = [...found].filter((name) => !expected.has(name));
  if (missing.length === 0 && unexpected.length === 0) return;
  const [name] = [...missing, ...unexpected];
  throw badAdapter(
    folder,
    `the adapter does not fit the model: ${missing.length} tensors missing, ` +
      `${unexpected.length} unexpected, among them ${name}`,
  );
}

/**
 * Whether `loadAdapterWeights` would take the adapter at `path`, from the header of its file alone.
 * @throws ModelError FT-ADAPTER-003 for other tensors than `shapes` names, FT-MODEL-010 for other shapes.
 */
export async function requireFittingAdapter(
  path: string,
  shapes: PlacedAdapter["shapes"],
): Promise<SafetensorsHeader> {
  const header = await readSafetensorsHeader(adapterWeightsFile(path));
  const { tensors } = header;
  requireSameNames(folderOf(path), new Set(shapes.keys()), new Set(tensors.keys()));
  requireSameShapes(
    shapes,
    [...tensors].map(([name, { shape }]) => [name, shape]),
  );
  return header;
}

/** Puts the values of an adapter, a folder or a file, into layers that are attached already (to go on training it). */
export async function loadAdapterWeights(path: string, model: BlockModel): Promise<void> {
  const { tensors } = await loadTensorFile(adapterWeightsFile(path));
  retain(tensors);
  try {
    carry(model, () => {
      requireSameNames(
        folderOf(path),
        new Set(trainedTensors(model).keys()),
        new Set(tensors.keys()),
      );
      model.update(takenBack(model, tensors));
      evaluate([...trainedTensors(model).values()]);
    });
  } finally {
    const held = new Set(model.tensors());
    dispose([...tensors.values()].filter((tensor) => !held.has(tensor)));
  }
}

/** Values of the parameters, by path. */
function takenBack(model: BlockModel, tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const values = new Map(tensors);
  for (const [path, layer] of adaptedLayers(model)) {
    const own = [...tensors]
      .filter(([name]) => name.startsWith(`${path}.`))
      .map(([name, value]) => [name.slice(path.length + 1), value] as const);
    const parts = layer.takeStored?.(Object.fromEntries(own)) ?? {};
    for (const [name, value] of Object.entries(parts)) values.set(`${path}.${name}`, value);
  }
  return values;
}

/** Says so where an adapter was trained on another base than the one of this digest; undefined where none is kept. */
function otherBase(
  { model: base, model_digest }: z.infer<typeof AdapterConfig>,
  baseDigest: string | undefined,
): string | undefined {
  if ([model_digest, baseDigest].includes(undefined) || model_digest === baseDigest)
    return undefined;
  return (
    `the adapter was trained on another model (${base ?? "one without a name"}) than this one: it fits, but what it ` +
    "learned need not hold here"
  );
}

/**
 * As `loadAdapter` warns, for an adapter whose weights alone are loaded; a file may stand by itself. Throws ModelError
 * FT-ADAPTER-003.
 */
export async function otherBaseOf(
  path: string,
  baseDigest: string | undefined,
): Promise<string | undefined> {
  const folder = folderOf(path);
  if (folder !== path && !existsSync(join(folder, configFile))) return undefined;
  return otherBase(readAdapterConfig(folder), baseDigest);
}

/** An adapter on disk, by the layers of a model that it changes. */
export interface StoredAdapter {
  folder: string;
  /** The base model as it was called in training. */
  base: string | undefined;
  /** By full path. */
  layers: ReadonlyMap<string, AdapterLayer>;
  /** Where it was trained on another base. */
  warnings: string[];
  /** Trained parameters, by layer and name ("model.layers.0.self_attn.q_proj", "lora_a"); they belong to the caller. */
  load(): Map<string, Record<string, Tensor>>;
}

export interface AdapterLayer {
  /** Of the registry. */
  kind: string;
  shape: AdapterShape;
}

/** The settings of an adapter as places on a model. */
function placementOf({ num_layers, lora_parameters }: z.infer<typeof AdapterConfig>) {
  const { keys = [ALL_LINEAR], rank, scale, dropout } = lora_parameters;
  // mlx-lm takes any number below one as all blocks.
  const blockCount = num_layers < 1 ? -1 : num_layers;
  // left out, they are all that mlx-lm adapts by itself: what chooses among experts too
  const adaptsRouters = lora_parameters.keys === undefined;
  return { rank, scale, dropout, targets: keys, blockCount, adaptsRouters };
}

/** What would be wrong with the settings of a run is, for an adapter that exists, the wrong model. */
function asMisfit(folder: string, base: string | undefined, error: unknown): unknown {
  const isMisfit = error instanceof ConfigError || (error as FtError).code === "FT-MODEL-010";
  return isMisfit ? wrongBase(folder, base, error as FtError) : error;
}

/** A file whose header is checked. */
function byLayer(
  file: string,
  header: SafetensorsHeader,
  { layers }: PlacedAdapter,
): Map<string, Record<string, Tensor>> {
  const described = [...header.tensors].map(
    ([name, { begin, end, ...entry }]) => [name, { ...entry, file, bytes: end - begin }] as const,
  );
  const tensors = retain(loadTensors({ tensors: new Map(described), files: [file] }));
  const found = new Map(layers.map(({ path }) => [path, {} as Record<string, Tensor>]));
  for (const [name, tensor] of tensors) {
    const end = name.lastIndexOf(".");
    (found.get(name.slice(0, end)) ?? {})[name.slice(end + 1)] = tensor;
  }
  return found;
}

/**
 * The adapter in `folder`, for a model that needs no weights yet; reads no tensors.
 * @throws ModelError FT-ADAPTER-003 for what is no adapter, 004 for one of another model.
 */
export async function openAdapter(
  folder: string,
  model: BlockModel,
  baseDigest?: string,
): Promise<StoredAdapter> {
  const config = readAdapterConfig(folder);
  const { fine_tune_type: kind, model: base } = config;
  const placement = placementOf(config);
  try {
    const placed = placeAdapter(model, kind, placement);
    const header = await requireFittingAdapter(folder, placed.shapes);
    const { rank, scale, dropout } = placement;
    const layer: AdapterLayer = { kind, shape: { rank, scale, dropout } };
    const warning = otherBase(config, baseDigest);
    return {
      folder,
      base,
      layers: new Map(placed.layers.map(({ path }) => [path, layer])),
      warnings: warning ? [warning] : [],
      load: () => byLayer(adapterWeightsFile(folder), header, placed),
    };
  } catch (error) {
    throw asMisfit(folder, base, error);
  }
}

export interface LoadedAdapter extends Attached {
  /** The one it was trained with, where it says so. */
  template: TemplateSource | undefined;
  warnings: string[];
}

/** Attaches an adapter from disk to a bare model, whose checkpoint has this digest. */
export async function loadAdapter(
  folder: string,
  model: BlockModel,
  baseDigest?: string,
): Promise<LoadedAdapter> {
  const config = readAdapterConfig(folder);
  const { fine_tune_type: kind, model: base } = config;
  const placement = placementOf(config);
  try {
    const attached = attachAdapter(model, kind, placement, 0);
    await loadAdapterWeights(folder, model);
    const warning = otherBase(config, baseDigest);
    return { ...attached, template: templateOf(config), warnings: warning ? [warning] : [] };
  } catch (error) {
    throw asMisfit(folder, base, error);
  }
}

function templateOf({
  template,
  template_text,
}: z.infer<typeof AdapterConfig>): TemplateSource | undefined {
  return template === undefined ? undefined : { name: template, text: template_text };
}

/** The message without the setting of a run that it names. */
function withoutField({ message, at }: FtError): string {
  const field = at?.field === undefined ? "" : `${at.field}: `;
  return message.startsWith(field) ? message.slice(field.length) : message;
}
