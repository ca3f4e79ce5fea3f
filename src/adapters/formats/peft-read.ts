// PEFT's form read: each update of its file put on the layers of a model that the recipe of its architecture says.
// Nothing of a file is passed over: what has no place is told.
import { dispose, evaluate, retain, scope, type Tensor } from "../../mx/index.ts";
import type { Module } from "../../nn/index.ts";
import { openWeightFile, readSafetensorsHeader, type TensorReader } from "../../weights/index.ts";
import type { BlockModel } from "../attach.ts";
import type {
  AdapterBase,
  AdapterLayer,
  AdapterTensors,
  StoredAdapter,
} from "../stored-adapter.ts";
import type { FoundAdapter } from "./format.ts";
import { type PeftConfig, peftConfigOf } from "./peft-config.ts";
import { ownerOf, type Places, placesOf } from "./peft-places.ts";
import { type Unit, unitsIn } from "./peft-units.ts";
import { partsFor, updatesOf } from "./peft-updates.ts";
import { badAdapter, weightsIn } from "./read-config.ts";
import type { RowsEntry } from "./recipe-factors.ts";
import { type Whole, wholeOf, wholeTensors } from "./whole-parameters.ts";

export const PEFT_FILES = ["adapter_model.safetensors", "adapter_model.bin"] as const;

/** What one entry's updates have in common. */
function layerOf({ entry }: RowsEntry, { units }: Places, config: PeftConfig): AdapterLayer {
  const own = entry.sources.map((name) => units.get(name)).filter((unit) => unit !== undefined);
  const [first] = own as [Unit];
  const kind = own.some(({ m }) => m !== undefined) ? "dora" : "lora";
  return { kind, shape: { rank: first.rank, scale: first.scale, dropout: config.lora_dropout } };
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
      return {
        layers: retain(scope(() => this.#layersOf(read))),
        replaced: wholeTensors(this.whole, read),
      };
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
        found.set(ownerOf(name), partsFor(layer, update));
      }
    evaluate([...found.values()].flatMap((parts) => Object.values(parts)));
    return found;
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
    throw badAdapter(folder, "the adapter's weight file holds no LoRA weights");
  const places = placesOf(units.units, base, config);
  const names = new Map([...units.whole].map(([name, own]) => [places.spell(name), own]));
  const { published: recipe = [] } = base;
  const whole = wholeOf({ names, shapes: file.tensors, recipe }, base.model);
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
    unties: places.unties || (whole.hasTied && !config.ensure_weight_tying),
    dropped: [...units.dropped, ...places.dropped, ...whole.dropped],
    tensorCount: file.tensors.size,
    load: () => opened.load(),
  };
}
