// A stored model with an adapter's update in its weights, under the names of its checkpoint: what is merged, exported,
// or packed anew. Planned from names and shapes; each tensor is made when it is read. Writes nothing.
import {
  type AdapterBase,
  type AdapterLayer,
  adapterKinds,
  type AdapterTensors,
  openWhole,
  type StoredAdapter,
} from "../adapters/index.ts";
import { elementCount } from "../core/element-count.ts";
import {
  architectureOf,
  denseOf,
  likenessOf,
  plainOf,
  planFittingModel,
  type PlannedModel,
  untied,
} from "../models/index.ts";
import {
  dispose,
  evaluate,
  type Packing,
  randomKey,
  retain,
  scope,
  type Tensor,
} from "../mx/index.ts";
import { isPacked, type Module } from "../nn/index.ts";
import {
  inverted,
  mapTensors,
  shapesOf,
  type StoredModel,
  type StoredTensor,
  type TensorReader,
  viewOf,
  type WeightEntry,
} from "../weights/index.ts";
import type { Config } from "./converted-config.ts";
import { type Precision, Precisions } from "./precisions.ts";

export interface MergedModel extends StoredModel {
  /** Without the update; with a head of its own where the merged model has one. */
  base: StoredModel;
  adapter: StoredAdapter;
  /** Layers that the adapter changes, by path, and how the base has them packed. Here they are plain numbers. */
  changed: ReadonlyMap<string, Packing | undefined>;
}

interface Merging extends PlannedModel {
  adapter: StoredAdapter;
  /** Layers that become plain numbers: the changed ones, and what is packed in one tensor with them. */
  unpacked: ReadonlySet<string>;
}

const ownerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf("."));

const storedNames: Readonly<Record<Precision, string>> = {
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
};

const bytesOf: Readonly<Record<Precision, number>> = { float32: 4, float16: 2, bfloat16: 2 };

/** Packed layers among `paths`, with all that shares a stored tensor with them. */
function unpackedWith(
  { model, account }: PlannedModel,
  paths: Iterable<string>,
): ReadonlySet<string> {
  const packed = new Set([...model.modules()].filter(([, one]) => isPacked(one)).map(([at]) => at));
  const found = new Set([...paths].filter((path) => packed.has(path)));
  const shared = account.entries.map(({ parameters }) =>
    parameters.map(ownerOf).filter((path) => packed.has(path)),
  );
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const owners of shared)
      if (owners.some((path) => found.has(path))) for (const path of owners) found.add(path);
  }
  return found;
}

/** The layer's own weights with its update, float32; frees what was read. */
function withUpdate(
  layer: Module,
  weight: Tensor,
  { kind: name, shape }: AdapterLayer,
  factors: Readonly<Record<string, Tensor>>,
): Tensor {
  const kind = adapterKinds.get(name);
  const dense = denseOf(layer) as Module & { weight: Tensor };
  dense.weight = weight;
  const wrapped = kind.wrap(dense, { ...shape, dropout: 0 }, randomKey(0));
  if (wrapped === undefined) throw new RangeError(`no ${name} on this layer`);
  const values = Object.entries(factors).map(([at, one]) => [at, one.astype("float32")] as const);
  wrapped.update(new Map(values));
  return (kind.fuse(wrapped) as Module & { weight: Tensor }).weight;
}

const packedParts = ["weight", "scales", "biases"];

/** Parameters of the merged model: those of the base, and the changed ones where they are asked for. */
class MergedReader implements TensorReader {
  readonly #merging: Merging;
  readonly #base: TensorReader;
  readonly #layers: ReadonlyMap<string, Module>;
  readonly #factors: AdapterTensors["layers"];
  /** Parameters that the adapter brings whole. */
  readonly #whole: AdapterTensors["replaced"];

  constructor(merging: Merging, base: TensorReader, { layers, replaced }: AdapterTensors) {
    this.#merging = merging;
    this.#base = base;
    this.#layers = new Map(merging.model.modules());
    this.#factors = layers;
    this.#whole = replaced;
  }

  read(name: string): Tensor {
    const whole = this.#whole.get(name);
    if (whole !== undefined) {
      this.#whole.delete(name);
      return whole;
    }
    const path = ownerOf(name);
    const layer = this.#layers.get(path);
    const adapted = this.#merging.adapter.layers.get(path);
    const isAsStored = adapted === undefined && !this.#merging.unpacked.has(path);
    if (isAsStored || layer === undefined || !name.endsWith(".weight"))
      return this.#base.read(name);
    const slots = [...layer.slots()].map((slot) => slot.name);
    const names = packedParts.filter((part) => slots.includes(part));
    const parts = Object.fromEntries(
      names.map((part) => [part, this.#base.read(`${path}.${part}`)] as const),
    );
    try {
      return retain(scope(() => this.#made(path, layer, parts, adapted)));
    } finally {
      dispose(parts);
      this.#release(path);
    }
  }

  #made(
    path: string,
    layer: Module,
    parts: Readonly<Record<string, Tensor>>,
    adapted: AdapterLayer | undefined,
  ): Tensor {
    const plain = plainOf(layer, parts);
    const factors = this.#factors.get(path) ?? {};
    const made = adapted === undefined ? plain : withUpdate(layer, plain, adapted, factors);
    evaluate([made]);
    return made;
  }

  #release(path: string): void {
    dispose(this.#factors.get(path));
    this.#factors.delete(path);
  }

  close(): void {
    dispose([...this.#factors.values()]);
    dispose(this.#whole);
    this.#base.close();
  }
}

/** Parameters of the merged model as something stored. */
function parametersOf(merging: Merging): StoredModel {
  const { account, source, adapter } = merging;
  // packed as its files have it, it would be the base again
  const { packed: _base, ...plain } = source;
  const base = viewOf(account.entries, new Map(), plain);
  return { ...base, load: () => new MergedReader(merging, base.load(), adapter.load()) };
}

/** From parameters to the checkpoint's tensors: as they were stored, unpacked ones as they are published. */
async function storedAs({ model, account, source, unpacked }: Merging): Promise<WeightEntry[]> {
  const isUnpacked = (name: string): boolean => unpacked.has(ownerOf(name));
  const isPart = (name: string): boolean =>
    isUnpacked(name) && packedParts.some((part) => name.endsWith(`.${part}`));
  const kept = account.entries.filter(({ parameters }) => !parameters.some(isPart));
  if (unpacked.size === 0) return kept.map((entry) => entry.reversed());
  const recipe = (await architectureOf(source.config)).recipe(source.config);
  const layers = new Map(model.modules());
  const shapes = [...unpacked].map((path) => {
    const dense = denseOf(layers.get(path) as Module) as Module & { weight: Tensor };
    return [`${path}.weight`, dense.weight.shape] as const;
  });
  const dense = mapTensors(inverted(recipe), new Map(shapes)).entries;
  return [...kept.map((entry) => entry.reversed()), ...dense];
}

/** Types of what parameters are stored as; of packed ones, of their scales. */
function storedTypes({ account, source }: PlannedModel): (parameter: string) => string {
  const types = new Map(
    account.entries.flatMap(({ parameters, sources: [first = ""] }) =>
      parameters.map((name) => [name, source.tensors.get(first)?.dtype ?? ""] as const),
    ),
  );
  return (name) => types.get(`${ownerOf(name)}.scales`) ?? types.get(name) ?? "";
}

/** The checkpoint's tensors: unchanged ones as they are, the others in the base's precision. */
function described(merging: Merging, entries: readonly WeightEntry[]): Map<string, StoredTensor> {
  const { source, model, unpacked, adapter } = merging;
  const precisions = new Precisions(source, undefined);
  const typeOf = storedTypes(merging);
  const layers = new Map(model.modules());
  const shapes = new Map([...model.slots()].map((slot) => [slot.name, slot.get().shape]));
  const shapeOf = (name: string): readonly number[] => {
    const layer = unpacked.has(ownerOf(name)) ? layers.get(ownerOf(name)) : undefined;
    const dense = layer && (denseOf(layer) as Module & { weight: Tensor });
    return dense?.weight.shape ?? shapes.get(name) ?? [];
  };
  const isChanged = (name: string): boolean =>
    adapter.replaced.has(name) ||
    (name.endsWith(".weight") &&
      (unpacked.has(ownerOf(name)) || adapter.layers.has(ownerOf(name))));
  return new Map(
    entries.flatMap((entry): [string, StoredTensor][] => {
      const known = entry.parameters.map((name) => source.tensors.get(name));
      if (!entry.sources.some(isChanged) && known.every((one) => one !== undefined))
        return entry.parameters.map((name, at) => [name, known[at] as StoredTensor]);
      const precision = precisions.of(typeOf(entry.sources[0] ?? ""));
      return entry.shapes(shapeOf).map((shape, at) => {
        const told = { file: "", dtype: storedNames[precision], shape };
        const bytes = elementCount(shape) * bytesOf[precision];
        return [entry.parameters[at] ?? "", { ...told, bytes }];
      });
    }),
  );
}

/** Where nothing is packed any more, the config says so too. */
function configOf({ model, unpacked, source }: Merging): unknown {
  const isLeft = [...model.modules()].some(([path, one]) => isPacked(one) && !unpacked.has(path));
  if (isLeft || unpacked.size === 0) return source.config;
  const { quantization: _own, quantization_config: _foreign, ...rest } = source.config as Config;
  return rest;
}

/**
 * The base with the adapter's update in its weights. Names are those of the base's checkpoint. What the adapter changes
 * is read as plain float32 numbers, base and update added in that precision, though it is described in the base's: who
 * writes it rounds once. All else is read as it is stored, packed numbers too.
 * @throws ModelError FT-ADAPTER-003 for what is no adapter, 004 for one of another model; those of `planFittingModel`.
 */
export async function mergedModel(base: StoredModel, adapterFolder: string): Promise<MergedModel> {
  const { base: before, planned, adapter } = await openedOn(base, adapterFolder);
  const unpacked = unpackedWith(planned, adapter.layers.keys());
  const merging: Merging = { ...planned, adapter, unpacked };
  const entries = await storedAs(merging);
  const layers = new Map(planned.model.modules());
  const changed = [...new Set([...adapter.layers.keys(), ...unpacked])].map((path) => {
    const layer = layers.get(path) as Module;
    return [path, isPacked(layer) ? layer.packing : undefined] as const;
  });
  return {
    ...viewOf(entries, described(merging, entries), parametersOf(merging)),
    config: configOf(merging),
    base: before,
    adapter,
    changed: new Map(changed),
  };
}

export interface OpenedOn {
  base: StoredModel;
  planned: PlannedModel;
  adapter: StoredAdapter;
  /** What the adapter was read against. */
  about: AdapterBase;
}

/**
 * Base and adapter; a tied base with a head of its own, where the adapter changes head and embedding apart.
 * @throws as `mergedModel`.
 */
export async function openedOn(
  base: StoredModel,
  folder: string,
  mayUntie = true,
): Promise<OpenedOn> {
  const planned = await planFittingModel(base);
  const { config } = planned.source;
  const architecture = await architectureOf(config);
  const about = {
    model: planned.model,
    published: architecture.recipe(config),
    mlx: architecture.packedRecipe(config),
    shapes: shapesOf(planned.source),
    name: base.folder,
    likeness: () => likenessOf(base),
  };
  const adapter = await openWhole(folder, about, mayUntie);
  if (!adapter.unties) return { base, planned, adapter, about };
  return await openedOn(await untied(base, planned), folder, false);
}
