// PEFT's form read: each update of its file put on the layers of a model that the recipe of its architecture says.
// Nothing of a file is passed over: what has no place is told.
import { dispose, evaluate, retain, scope, type Tensor } from "../../mx/index.ts";
import { isEmbeddingLike, isLinearLike, isStackedLinearLike, type Module } from "../../nn/index.ts";
import {
  mapTensors,
  openWeightFile,
  readSafetensorsHeader,
  type TensorReader,
  type WeightEntry,
} from "../../weights/index.ts";
import { type BlockModel, tiedHead } from "../attach.ts";
import type {
  AdapterBase,
  AdapterLayer,
  AdapterTensors,
  Dropped,
  StoredAdapter,
} from "../stored-adapter.ts";
import { widened } from "./factors.ts";
import type { FoundAdapter } from "./format.ts";
import { type PeftConfig, peftConfigOf } from "./peft-config.ts";
import { type Unit, type Units, unitsIn } from "./peft-units.ts";
import { badAdapter, weightsIn } from "./read-config.ts";
import {
  carriedOver,
  mapRows,
  type Rows,
  type RowsEntry,
  type RowsMapping,
  type Update,
} from "./recipe-factors.ts";

export const PEFT_FILES = ["adapter_model.safetensors", "adapter_model.bin"] as const;

const ownerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf("."));

/** (…, rows) of a layer's weight; undefined for one without. */
export function rowsOf(layer: Module | undefined): readonly number[] | undefined {
  if (layer === undefined) return undefined;
  if (isLinearLike(layer)) return [layer.outputSize];
  if (isStackedLinearLike(layer)) return [layer.expertCount, layer.outputSize];
  return isEmbeddingLike(layer) ? [layer.count] : undefined;
}

export function columnsOf(layer: Module): number {
  if (isLinearLike(layer) || isStackedLinearLike(layer)) return layer.inputSize;
  return isEmbeddingLike(layer) ? layer.size : 0;
}

/** Where a model is wrapped otherwise than its checkpoint is named. */
const spellings: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.replace(/^model\./, ""),
  (name) => `model.${name}`,
  (name) => name.replace(/^model\./, "model.language_model."),
  (name) => name.replace(/^model\./, "language_model.model."),
  (name) => name.replace(/^lm_head\./, "language_model.lm_head."),
  (name) => name.replace(/^model\.language_model\./, "model."),
  (name) => name.replace(/^language_model\./, ""),
];

const unitRows = ({ experts, rows }: Unit): readonly number[] =>
  experts > 1 ? [experts, rows] : [rows];

/** Of what a stack or a join needs beside what is there: as its neighbours, or as the checkpoint says. */
function missingRows(name: string, known: Rows, { shapes }: AdapterBase): readonly number[] {
  const alike = (one: string): string => one.replaceAll(/\.\d+\./g, ".#.");
  const neighbour = [...known].find(([one]) => alike(one) === alike(name));
  return neighbour?.[1] ?? shapes?.get(name)?.slice(0, -1) ?? [];
}

interface Mapped extends RowsMapping {
  rows: Rows;
}

function mapUnits(
  units: readonly Unit[],
  base: AdapterBase,
  spell: (name: string) => string,
): Mapped {
  const rows = new Map(units.map((unit) => [spell(unit.weight), unitRows(unit)] as const));
  const { published = [] } = base;
  const mapping = mapRows(published, rows);
  if (mapping.missing.length === 0) return { ...mapping, rows };
  for (const name of mapping.missing) rows.set(name, missingRows(name, rows, base));
  return { ...mapRows(published, rows), rows };
}

/** Entries that give layers of the model as large as they are there. */
function fitting(
  { entries }: Mapped,
  layers: ReadonlyMap<string, Module>,
  units: ReadonlyMap<string, Unit>,
): RowsEntry[] {
  const fits = (layer: Module, rows: readonly number[], sources: readonly string[]): boolean =>
    rowsOf(layer)?.join() === rows.join() &&
    sources.every((name) => (units.get(name)?.columns ?? columnsOf(layer)) === columnsOf(layer));
  return entries.filter(({ entry, results }) =>
    results.every(({ name, rows }) => {
      const layer = layers.get(ownerOf(name));
      return layer !== undefined && fits(layer, rows, entry.sources);
    }),
  );
}

interface Spelled {
  mapped: Mapped;
  entries: RowsEntry[];
  spell: (name: string) => string;
}

/** In the spelling in which most has a place. */
function bestSpelled(units: readonly Unit[], base: AdapterBase): Spelled {
  const layers = new Map(base.model.modules());
  const all = spellings.map((spell): Spelled => {
    const mapped = mapUnits(units, base, spell);
    const named = new Map(units.map((unit) => [spell(unit.weight), unit]));
    return { mapped, spell, entries: fitting(mapped, layers, named) };
  });
  const count = ({ entries, mapped }: Spelled): number => entries.length + mapped.tied.length;
  return all.reduce((best, one) => (count(one) > count(best) ? one : best));
}

interface Places {
  entries: RowsEntry[];
  /** By the name that entries know. */
  units: ReadonlyMap<string, Unit>;
  rows: Rows;
  unties: boolean;
  dropped: Dropped[];
}

/** Whether the head of a tied model, or its embedding, is changed without the other. */
function unties(
  { entries, mapped }: Spelled,
  units: ReadonlyMap<string, Unit>,
  { model }: AdapterBase,
  config: PeftConfig,
): boolean {
  const tied = tiedHead(model);
  if (tied === undefined || config.ensure_weight_tying) return false;
  return (
    mapped.tied.some((name) => units.has(name)) ||
    entries.some(({ results }) => results.some(({ name }) => name === `${tied}.weight`))
  );
}

const noPlace = (what: string): Dropped => ({
  what,
  why: "the model has no such layer, or it is of another size there",
});

function placesOf(units: readonly Unit[], base: AdapterBase, config: PeftConfig): Places {
  const best = bestSpelled(units, base);
  const named = new Map(units.map((unit) => [best.spell(unit.weight), unit]));
  const isDora = ({ m, isEmbedding }: Unit): boolean => m !== undefined && isEmbedding;
  const entries = best.entries.filter(({ entry }) =>
    entry.sources.every((name) => !isDora(named.get(name) ?? ({} as Unit))),
  );
  const placed = new Set([...entries.flatMap(({ entry }) => entry.sources), ...best.mapped.tied]);
  const dropped = [...named]
    .filter(([name]) => !placed.has(name))
    .map(([, unit]) =>
      isDora(unit)
        ? {
            what: unit.weight,
            why: "PEFT gives each column of an embedding a length, here and in mlx-lm each row has one",
          }
        : noPlace(unit.weight),
    );
  return {
    entries,
    units: named,
    rows: best.mapped.rows,
    unties: unties(best, named, base, config),
    dropped,
  };
}

/** What one entry's updates have in common. */
function layerOf({ entry }: RowsEntry, { units }: Places, config: PeftConfig): AdapterLayer {
  const own = entry.sources.map((name) => units.get(name)).filter((unit) => unit !== undefined);
  const [first] = own as [Unit];
  const kind = own.some(({ m }) => m !== undefined) ? "dora" : "lora";
  return { kind, shape: { rank: first.rank, scale: first.scale, dropout: config.lora_dropout } };
}

/** (rank, columns) and (rows, rank), or of stacks (experts, …), from what a file holds of them. */
function updateOf(
  { a, b, m, isEmbedding, experts, rank }: Unit,
  read: TensorReader["read"],
): Update {
  const [first, second] = [read(a), read(b)];
  if (isEmbedding) return { a: second.transpose(), b: first.transpose() };
  if (experts === 1) return { a: first, b: second, ...(m !== undefined && { m: read(m) }) };
  return {
    a: first.reshape(experts, rank, -1),
    b: second.reshape(second.dim(0), rank, experts).transpose(2, 0, 1),
  };
}

/** All at the scale and, where they are stacked, at the rank of the largest. */
function alike(unit: Unit, update: Update, scale: number, rank: number | undefined): Update {
  const b =
    unit.scale === scale ? update.b : update.b.mul(unit.scale / scale).astype(update.b.dtype);
  if (rank === undefined) return { ...update, b };
  return {
    ...update,
    a: widened(update.a, update.a.ndim - 2, rank),
    b: widened(b, b.ndim - 1, rank),
  };
}

/** As files of mlx-lm lay them out: a table's A has its rows. */
function partsOf({ a, b, m }: Update): Record<string, Tensor> {
  const parts: Record<string, Tensor> =
    b.ndim === 3 ? { lora_a: a, lora_b: b } : { lora_a: a.transpose(), lora_b: b.transpose() };
  return m === undefined ? parts : { ...parts, m };
}

/** A table is looked up by rows, so that its own B is what others have for A. */
function tableParts({ a, b, m }: Update): Record<string, Tensor> {
  return { lora_a: b, lora_b: a, ...(m && { m }) };
}

function* updatesOf(
  rows: RowsEntry,
  { units, rows: known }: Places,
  read: TensorReader["read"],
): Generator<[name: string, update: Update]> {
  const names = rows.entry.sources;
  const own = names.map((name) => units.get(name));
  const there = own.filter((unit) => unit !== undefined);
  const [first] = there as [Unit];
  const isStacked = rows.results[0]?.rows.length === 2 && names.length > 1 && first.experts === 1;
  const rank = isStacked ? Math.max(...there.map((unit) => unit.rank)) : undefined;
  const updates = own.map((unit) => unit && alike(unit, updateOf(unit, read), first.scale, rank));
  const carried = carriedOver(rows, { names, updates, rowsOf: (name) => known.get(name) ?? [] });
  for (const [at, { name }] of rows.results.entries()) yield [name, carried[at] as Update];
}

/** Each its own array, whatever it was a view of. */
const own = (parts: Record<string, Tensor>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(parts).map(([name, one]) => [name, one.contiguous().mul(1)]));

interface Whole {
  entries: WeightEntry[];
  shapes: ReadonlyMap<string, readonly number[]>;
  /** In the file, by the name that entries know. */
  names: ReadonlyMap<string, string>;
  dropped: Dropped[];
  unties: boolean;
}

/** Whole parameters of the file as parameters of the model. */
function wholeOf(
  { whole }: Units,
  shapes: ReadonlyMap<string, { shape: readonly number[] }>,
  spell: (name: string) => string,
  { model, published = [] }: AdapterBase,
  config: PeftConfig,
): Whole {
  const names = new Map([...whole].map(([name, file]) => [spell(name), file]));
  const found = new Map([...names].map(([name, file]) => [name, shapes.get(file)?.shape ?? []]));
  const mapping = mapTensors(published, found);
  const expected = new Map([...model.slots()].map((slot) => [slot.name, slot.get().shape.join()]));
  const entries = mapping.entries.filter(({ parameters }) =>
    parameters.every((name) => expected.get(name) === mapping.shapes.get(name)?.join()),
  );
  const placed = new Set([...entries.flatMap(({ sources }) => sources), ...mapping.tied]);
  const dropped = [...names.keys()].filter((name) => !placed.has(name)).map(noPlace);
  const tied = tiedHead(model);
  const isTied =
    tied !== undefined && entries.some((one) => one.parameters.includes(`${tied}.weight`));
  const given = new Map(
    entries.flatMap(({ parameters }) =>
      parameters.map((name) => [name, mapping.shapes.get(name) ?? []] as const),
    ),
  );
  return { entries, shapes: given, names, dropped, unties: isTied && !config.ensure_weight_tying };
}

class PeftFile {
  readonly places: Places;
  readonly whole: Whole;
  readonly layers: Map<string, AdapterLayer> = new Map();
  readonly #model: BlockModel;
  readonly #open: () => TensorReader;

  constructor(
    places: Places,
    whole: Whole,
    { model, config, open }: { model: BlockModel; config: PeftConfig; open: () => TensorReader },
  ) {
    this.places = places;
    this.whole = whole;
    this.#model = model;
    this.#open = open;
    for (const rows of places.entries) this.#place(rows, layerOf(rows, places, config));
  }

  /** Ranks of what is joined add up, which shapes tell before a tensor is read. */
  #place(rows: RowsEntry, layer: AdapterLayer): void {
    const units = rows.entry.sources.map((name) => this.places.units.get(name));
    const there = units.filter((unit) => unit !== undefined);
    const isStack = rows.results[0]?.rows.length === 2 && there[0]?.experts === 1;
    const ranks = there.map((unit) => unit.rank);
    const rank = isStack ? Math.max(...ranks) : ranks.reduce((sum, one) => sum + one, 0);
    for (const { name } of rows.results)
      this.layers.set(ownerOf(name), { ...layer, shape: { ...layer.shape, rank } });
  }

  load(): AdapterTensors {
    const reader = this.#open();
    const taken = new Map<string, Tensor>();
    const read = (name: string): Tensor => {
      const tensor = taken.get(name) ?? reader.read(name);
      taken.set(name, tensor);
      return tensor;
    };
    try {
      return { layers: retain(scope(() => this.#layersOf(read))), replaced: this.#replaced(read) };
    } finally {
      dispose([...taken.values()]);
      reader.close();
    }
  }

  #layersOf(read: TensorReader["read"]): AdapterTensors["layers"] {
    const modules = new Map(this.#model.modules());
    const found: AdapterTensors["layers"] = new Map();
    for (const rows of this.places.entries)
      for (const [name, update] of updatesOf(rows, this.places, read)) {
        const layer = modules.get(ownerOf(name)) as Module;
        const parts = isEmbeddingLike(layer) ? tableParts(update) : partsOf(update);
        found.set(ownerOf(name), own(parts));
      }
    evaluate([...found.values()].flatMap((parts) => Object.values(parts)));
    return found;
  }

  #replaced(read: TensorReader["read"]): Map<string, Tensor> {
    return retain(
      scope(() => {
        const found = this.whole.entries.flatMap((entry) => {
          const made = entry.load((name) => read(this.whole.names.get(name) ?? ""));
          return entry.parameters.map((name, at) => [name, (made[at] as Tensor).mul(1)] as const);
        });
        evaluate(found.map(([, tensor]) => tensor));
        return new Map(found);
      }),
    );
  }
}

/** What ft writes into the file of its weights, since PEFT's configuration has no key for it. */
async function factsIn(
  path: string,
): Promise<Pick<StoredAdapter, "baseDigest" | "baseLikeness" | "template">> {
  if (!path.endsWith(".safetensors")) return {};
  const { metadata } = await readSafetensorsHeader(path);
  const { template: name, template_text: text } = metadata;
  const { model_digest: baseDigest, model_likeness: baseLikeness } = metadata;
  return { baseDigest, baseLikeness, template: name === undefined ? undefined : { name, text } };
}

/** @throws ModelError FT-ADAPTER-003 and 009; those of reading headers. */
export async function openPeft(found: FoundAdapter, base: AdapterBase): Promise<StoredAdapter> {
  const { folder } = found;
  const config = peftConfigOf(found);
  const path = weightsIn(folder, PEFT_FILES);
  const file = await openWeightFile(path);
  const units = unitsIn(file.tensors, config);
  if (units.units.length + units.whole.size === 0)
    throw badAdapter(folder, "there is no low-rank update in its file");
  const places = placesOf(units.units, base, config);
  const { spell } = bestSpelled(units.units, base);
  const whole = wholeOf(units, file.tensors, spell, base, config);
  const opened = new PeftFile(places, whole, {
    model: base.model,
    config,
    open: () => file.open(),
  });
  return {
    ...(await factsIn(path)),
    base: config.base_model_name_or_path ?? undefined,
    format: "peft",
    folder,
    layers: opened.layers,
    replaced: whole.shapes,
    unties: places.unties || whole.unties,
    dropped: [...units.dropped, ...places.dropped, ...whole.dropped],
    tensorCount: file.tensors.size,
    load: () => opened.load(),
  };
}
