// mlx-lm's form of adapters, which is ours: adapters.safetensors, and a configuration with one rank and one scale for
// all layers. Reads and writes; putting layers on a model is attach.ts's.
import { z } from "zod";
import { heaviest } from "../../core/heaviest.ts";
import { dispose, evaluate, retain, scope, type Tensor } from "../../mx/index.ts";
import { requireSameShapes } from "../../nn/index.ts";
import {
  inverted,
  mapTensors,
  readSafetensorsHeader,
  type Recipe,
  type SafetensorsHeader,
  loadTensors,
} from "../../weights/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { type BlockModel, type PlacedAdapter, placeAdapter } from "../attach.ts";
import { adapterKinds } from "../kinds.ts";
import { ALL_LINEAR } from "../options.ts";
import type {
  AdapterBase,
  AdapterFacts,
  AdapterLayer,
  AdapterTensors,
  Dropped,
  StoredAdapter,
} from "../stored-adapter.ts";
import { atRank } from "./factors.ts";
import type { AdapterFormat, FoundAdapter, WrittenAdapter } from "./format.ts";
import { isFull, openFull } from "./mlx-full.ts";
import { badAdapter, weightsIn } from "./read-config.ts";

export const MLX_WEIGHTS = "adapters.safetensors";

/** mlx-lm's file; other keys of it (its training arguments) are ignored. */
export const MlxConfig = z.looseObject({
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
  /** Ours: what its weights are like, as `weights/likeness.ts` writes it. */
  model_likeness: z.string().optional(),
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
export type MlxConfig = z.infer<typeof MlxConfig>;

/** @throws ModelError FT-ADAPTER-003 for what is no such file. */
export function mlxConfigOf({ folder, config }: FoundAdapter): MlxConfig {
  const { data, error } = MlxConfig.safeParse(config);
  if (data !== undefined) return data;
  const reason = z.prettifyError(error);
  const message = `adapter_config.json is not of a known kind of adapter: ${reason}`;
  throw badAdapter(folder, message, error);
}

/** Where it comes from. */
export function mlxFacts({ model, template, ...config }: MlxConfig): AdapterFacts {
  return {
    base: model,
    baseDigest: config.model_digest,
    baseLikeness: config.model_likeness,
    template: template === undefined ? undefined : { name: template, text: config.template_text },
  };
}

/** Layers that mlx-lm spells otherwise, by its path. */
type Renamed = ReadonlyMap<string, string>;

/** The settings of an adapter as places on a model. */
function placementOf({ num_layers, lora_parameters }: MlxConfig, renamed: Renamed) {
  const { keys = [ALL_LINEAR], rank, scale, dropout } = lora_parameters;
  // mlx-lm takes any number below one as all blocks.
  const blockCount = num_layers < 1 ? -1 : num_layers;
  // left out, they are all that mlx-lm adapts by itself: what chooses among experts too
  const adaptsRouters = lora_parameters.keys === undefined;
  const targets = keys.map((key) => renamed.get(key) ?? key);
  return { rank, scale, dropout, targets, blockCount, adaptsRouters };
}

/** Also keeps a file from replacing weights of the base model. */
export function requireSameNames(
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

const ownerOf = (name: string): string => name.slice(0, name.lastIndexOf("."));
const endOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** Layers that mlx-lm spells otherwise: by our path there, or by its path here. */
function renamedLayers(recipe: Recipe, paths: Iterable<string>): Renamed {
  const named = [...new Set(paths)].map((path) => [`${path}.weight`, [1, 1]] as const);
  const { entries } = mapTensors(recipe, new Map(named));
  const single = entries.filter(
    ({ sources, parameters }) => sources.length === 1 && parameters.length === 1,
  );
  return new Map(
    single.map(({ sources: [from = ""], parameters: [to = ""] }) => [ownerOf(from), ownerOf(to)]),
  );
}

/** Names of the file, each by the name that it has here. */
function ownNames({ tensors }: SafetensorsHeader, layers: Renamed): Map<string, string> {
  return new Map(
    [...tensors.keys()].map((name) => [
      `${layers.get(ownerOf(name)) ?? ownerOf(name)}.${endOf(name)}`,
      name,
    ]),
  );
}

function tensorsOf(
  file: string,
  header: SafetensorsHeader,
  names: ReadonlyMap<string, string>,
): AdapterTensors {
  const described = [...header.tensors].map(
    ([name, { begin, end, ...entry }]) => [name, { ...entry, file, bytes: end - begin }] as const,
  );
  const tensors = loadTensors({ tensors: new Map(described), files: [file] });
  const layers = new Map<string, Record<string, Tensor>>();
  for (const [own, name] of names) {
    const parts = layers.get(ownerOf(own)) ?? {};
    parts[endOf(own)] = tensors.get(name) as Tensor;
    layers.set(ownerOf(own), parts);
  }
  return { layers, replaced: new Map() };
}

/** Its file holds what it should for layers so placed, and nothing else. */
function requireFitting(
  folder: string,
  { shapes }: PlacedAdapter,
  { tensors }: SafetensorsHeader,
  names: ReadonlyMap<string, string>,
): void {
  requireSameNames(folder, new Set(shapes.keys()), new Set(names.keys()));
  requireSameShapes(
    shapes,
    [...names].map(([own, name]) => [own, tensors.get(name)?.shape ?? []]),
  );
}

async function open(found: FoundAdapter, base: AdapterBase): Promise<StoredAdapter> {
  const { folder } = found;
  if (isFull(found)) return await openFull(found, weightsIn(folder, [MLX_WEIGHTS]), base);
  const config = mlxConfigOf(found);
  const { fine_tune_type: kind } = config;
  const file = weightsIn(folder, [MLX_WEIGHTS]);
  const header = await readSafetensorsHeader(file);
  const renamed = renamedLayers(base.mlx ?? [], [...header.tensors.keys()].map(ownerOf));
  const placement = placementOf(config, renamed);
  const placed = placeAdapter(base.model, kind, placement);
  const names = ownNames(header, renamed);
  requireFitting(folder, placed, header, names);
  const { rank, scale, dropout } = placement;
  const layer: AdapterLayer = { kind, shape: { rank, scale, dropout } };
  return {
    ...mlxFacts(config),
    format: "mlx",
    folder,
    layers: new Map(placed.layers.map(({ path }) => [path, layer])),
    replaced: new Map(),
    unties: false,
    dropped: [],
    tensorCount: header.tensors.size,
    load: () => tensorsOf(file, header, names),
  };
}

const mostCommon = <Value>(values: readonly Value[]): Value | undefined =>
  heaviest(values, (value) => value);

/** One rank and one scale for all: the largest, and the one that most layers have. */
function commonShape(layers: readonly AdapterLayer[]): AdapterShape {
  const shapes = layers.map(({ shape }) => shape);
  return {
    rank: Math.max(...shapes.map(({ rank }) => rank)),
    scale: mostCommon(shapes.map(({ scale }) => scale)) ?? 1,
    dropout: mostCommon(shapes.map(({ dropout }) => dropout)) ?? 0,
  };
}

interface Keys {
  keys: string[];
  blockCount: number;
}

/** Names within a block, where the same layers of the last blocks carry it; else full paths. */
function keysOf(model: BlockModel, kind: string, paths: readonly string[]): Keys {
  const inside = paths.filter((path) => path.startsWith(`${model.blockPath}.`));
  const numbers = inside.map((path) =>
    Number(path.slice(model.blockPath.length + 1).split(".")[0]),
  );
  const blockCount = model.blocks.length - Math.min(...numbers, model.blocks.length);
  const within = inside.map((path) => path.slice(model.blockPath.length + 1).replace(/^\d+\./, ""));
  const outside = paths.filter((path) => !inside.includes(path));
  const keys = [...new Set(within), ...outside];
  const some = { rank: 1, scale: 1, dropout: 0, adaptsRouters: true };
  const placed = placeAdapter(model, kind, { ...some, targets: keys, blockCount });
  const isRegular =
    placed.layers
      .map(({ path }) => path)
      .toSorted()
      .join() === paths.toSorted().join();
  return isRegular ? { keys, blockCount } : { keys: [...paths], blockCount: model.blocks.length };
}

function droppedOf({ layers, replaced }: StoredAdapter, kind: string): Dropped[] {
  const whole = [...replaced.keys()].map((what) => ({
    what,
    why: "mlx-lm's form has no place for whole parameters beside an adapter: ft merge puts them into the model",
  }));
  const others = [...layers]
    .filter(([, layer]) => layer.kind !== kind)
    .map(([what, layer]) => ({
      what,
      why: `mlx-lm's form has one kind of adapter in a file: this layer has ${layer.kind}, most have ${kind}`,
    }));
  return [...whole, ...others];
}

function configOf(
  { base, baseDigest, baseLikeness, template }: StoredAdapter,
  kind: string,
  { keys, blockCount }: Keys,
  shape: AdapterShape,
): Record<string, unknown> {
  return {
    fine_tune_type: kind,
    ...(base !== undefined && { model: base }),
    ...(baseDigest !== undefined && { model_digest: baseDigest }),
    ...(baseLikeness !== undefined && { model_likeness: baseLikeness }),
    ...(template && { template: template.name }),
    ...(template?.text !== undefined && { template_text: template.text }),
    num_layers: blockCount,
    lora_parameters: { ...shape, keys },
  };
}

function write(adapter: StoredAdapter, { model, mlx = [] }: AdapterBase): WrittenAdapter {
  const kind = mostCommon([...adapter.layers.values()].map((layer) => layer.kind)) ?? "lora";
  const layers = new Map([...adapter.layers].filter(([, layer]) => layer.kind === kind));
  const shape = commonShape([...layers.values()]);
  const paths = [...layers.keys()];
  const renamed = renamedLayers(inverted(mlx), paths);
  const nameOf = (path: string): string => renamed.get(path) ?? path;
  const found = keysOf(model, kind, paths);
  const keys = { ...found, keys: found.keys.map(nameOf) };
  return {
    config: configOf(adapter, kind, keys, shape),
    file: MLX_WEIGHTS,
    metadata: { format: "mlx" },
    dropped: droppedOf(adapter, kind),
    tensors: written(adapter, layers, shape, nameOf),
  };
}

/** Made of what the adapter holds, which is freed where it is not the same. */
function written(
  adapter: StoredAdapter,
  layers: ReadonlyMap<string, AdapterLayer>,
  shape: AdapterShape,
  nameOf: (path: string) => string,
): Map<string, Tensor> {
  const loaded = adapter.load();
  const made = new Map<string, Tensor>();
  scope(() => {
    for (const [path, layer] of layers) {
      const parts = atRank(loaded.layers.get(path) ?? {}, layer.shape, shape);
      for (const [end, one] of Object.entries(parts)) made.set(`${nameOf(path)}.${end}`, one);
    }
    evaluate([...made.values()]);
    retain(made);
  });
  const kept = new Set(made.values());
  const all = [...[...loaded.layers.values()].flatMap(Object.values), ...loaded.replaced.values()];
  dispose((all as Tensor[]).filter((tensor) => !kept.has(tensor)));
  return made;
}

export const mlx: AdapterFormat = {
  summary: "mlx-lm's, and ft's own: adapters.safetensors",
  holds: (config) => "lora_parameters" in config || "fine_tune_type" in config,
  files: [MLX_WEIGHTS],
  open,
  write,
};
