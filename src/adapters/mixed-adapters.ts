// Several adapters over one model in one pass, a row each: the base is read once for all rows, where the adapters are LoRA
// on linear layers and change nothing else. Others need passes of their own.
import {
  concatenate,
  dispose,
  evaluate,
  float32,
  retain,
  scope,
  type Tensor,
  zeros,
} from "../mx/index.ts";
import { isLinearLike, type LinearLike, type Module } from "../nn/index.ts";
import { LoraLinear } from "./lora/lora-linear.ts";
import { LowRank } from "./lora/low-rank.ts";
import { RowsLora, type RowsChoice } from "./lora/rows-lora.ts";

/** Ranks are filled up to a multiple: an adapter's numbers are then added in one order, whatever stands beside them. */
const rankStep = 16;

const layersOf = (adapted: Module): [string, LoraLinear][] =>
  [...adapted.modules()].flatMap(([path, layer]): [string, LoraLinear][] =>
    layer instanceof LoraLinear ? [[path, layer]] : [],
  );

/** Whether an adapter on a model of its own is LoRA on linear layers of `base` and nothing else. */
export function canMix(base: Module, adapted: Module): boolean {
  const modules = new Map(base.modules());
  const layers = layersOf(adapted);
  const isInBase = ([path]: [string, LoraLinear]): boolean => {
    const layer = modules.get(path);
    return layer !== undefined && isLinearLike(layer);
  };
  const others = [...adapted.modules()].filter(([, layer]) => layer instanceof LowRank);
  const own = layers.flatMap(([, layer]) => [...layer.drawn(), ...layer.buffers()]);
  const known = new Set([...base.tensors(), ...own]);
  return (
    layers.length > 0 &&
    others.length === layers.length &&
    layers.every(isInBase) &&
    [...adapted.tensors()].every((tensor) => known.has(tensor))
  );
}

function widest(layers: ReadonlyMap<string, LoraLinear>): number {
  const ranks = [...layers.values()].map((layer) => layer.scaledFactors().a.dim(1));
  return rankStep * Math.ceil(Math.max(...ranks) / rankStep);
}

/** Zeros behind it, up to `size` along an axis. */
function filled(part: Tensor, size: number, axis: 0 | 1): Tensor {
  const missing = size - part.dim(axis);
  if (missing === 0) return part;
  const shape = axis === 0 ? [missing, part.dim(1)] : [part.dim(0), missing];
  return concatenate([part, zeros(shape, part.dtype)], axis);
}

interface Present {
  names: readonly string[];
  /** Where each begins, in the width of all. */
  starts: ReadonlyMap<string, number>;
  ranks: ReadonlyMap<string, number>;
  width: number;
}

export class MixedAdapters {
  readonly #adapters: ReadonlyMap<string, ReadonlyMap<string, LoraLinear>>;
  readonly #layers: ReadonlyMap<string, RowsLora>;
  readonly #choice: RowsChoice = { mask: undefined };
  #present: Present = { names: [], starts: new Map(), ranks: new Map(), width: 0 };
  /** The rows of the last pass. */
  #rows = "";

  /** Changes `model`, which has the base's weights in layers of its own; `adapters` are models that `canMix` took. */
  constructor(model: Module, adapters: ReadonlyMap<string, Module>) {
    this.#adapters = new Map(
      [...adapters].map(([name, adapted]) => [name, new Map(layersOf(adapted))]),
    );
    const paths = new Set([...this.#adapters.values()].flatMap((layers) => [...layers.keys()]));
    const modules = new Map(model.modules());
    const wrapped = [...paths].map((path): [string, RowsLora] => {
      const layer = new RowsLora(modules.get(path) as Module & LinearLike, this.#choice);
      model.replaceChild(path, layer);
      return [path, layer];
    });
    this.#layers = new Map(wrapped);
  }

  has(name: string): boolean {
    return this.#adapters.has(name);
  }

  /** Says which adapter each row of the next passes takes; a name that is none: the model as it is. */
  choose(rows: readonly string[]): void {
    const key = JSON.stringify(rows);
    if (key === this.#rows) return;
    this.#rows = key;
    const names = [...this.#adapters.keys()].filter((name) => rows.includes(name));
    if (names.length > 0 && names.join("\n") !== this.#present.names.join("\n")) this.#hold(names);
    dispose(this.#choice.mask ?? []);
    this.#choice.mask = names.length === 0 ? undefined : scope(() => retain(this.#mask(rows)));
  }

  dispose(): void {
    dispose(this.#choice.mask ?? []);
    for (const layer of this.#layers.values()) dispose(Object.values(layer.factors ?? {}));
  }

  #mask(rows: readonly string[]): Tensor {
    const { starts, ranks, width } = this.#present;
    const values = new Float32Array(rows.length * width);
    for (const [row, name] of rows.entries()) {
      const start = starts.get(name);
      if (start === undefined) continue;
      const from = row * width + start;
      values.fill(1, from, from + (ranks.get(name) as number));
    }
    const mask = float32(values, [rows.length, 1, width]);
    evaluate([mask]);
    return mask;
  }

  /** The factors of these adapters, in every layer. */
  #hold(names: readonly string[]): void {
    const starts = new Map<string, number>();
    const ranks = new Map<string, number>();
    let width = 0;
    for (const name of names) {
      const rank = scope(() => widest(this.#adapters.get(name)!));
      starts.set(name, width);
      ranks.set(name, rank);
      width += rank;
    }
    this.#present = { names, starts, ranks, width };
    for (const [path, layer] of this.#layers) {
      dispose(Object.values(layer.factors ?? {}));
      layer.factors = scope(() => retain(this.#wide(path, layer)));
    }
  }

  #wide(path: string, layer: RowsLora): { narrowing: Tensor; widening: Tensor } | undefined {
    const { names, ranks } = this.#present;
    const all = names.map((name) => ({
      rank: ranks.get(name) as number,
      own: this.#own(name, path),
    }));
    if (all.every(({ own }) => own === undefined)) return undefined;
    const narrow = all.map(({ rank, own }) =>
      own === undefined ? zeros([rank, layer.inputSize]) : filled(own.a.transpose(), rank, 0),
    );
    const wide = all.map(({ rank, own }) =>
      own === undefined ? zeros([layer.outputSize, rank]) : filled(own.b.transpose(), rank, 1),
    );
    const factors = {
      narrowing: concatenate(narrow, 0).contiguous(),
      widening: concatenate(wide, 1).contiguous(),
    };
    evaluate(Object.values(factors));
    return factors;
  }

  #own(name: string, path: string): { a: Tensor; b: Tensor } | undefined {
    return this.#adapters.get(name)?.get(path)?.scaledFactors();
  }
}
