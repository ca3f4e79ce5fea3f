// The numbers of a layer as float32, from the parts that it is stored in: one tensor, or packed numbers and their scales.
import type { Tensor } from "../mx/index.ts";
import { isPacked, type Module } from "../nn/index.ts";
import { type TensorReader, viewOf } from "../weights/index.ts";
import type { PlannedModel } from "./load.ts";

/** Numbers of a layer as float32, from the parts that it is read from. */
export function plainOf(layer: Module, parts: Readonly<Record<string, Tensor>>): Tensor {
  if (!isPacked(layer)) return (parts["weight"] as Tensor).astype("float32");
  // scales in half precision would round what they unpack to
  const widened = Object.entries(parts).map(([name, part]): [string, Tensor] => [
    name,
    part.dtype.includes("float") ? part.astype("float32") : part,
  ]);
  layer.update(new Map(widened));
  layer.unpackTo("float32");
  return (layer as unknown as { toDense(): { weight: Tensor } }).toDense().weight;
}

/** Plain weights of a stored model, layer by layer. */
export class PlainReader {
  readonly #layers: ReadonlyMap<string, Module>;
  readonly #reader: TensorReader;

  constructor({ model, account, source }: PlannedModel) {
    this.#layers = new Map(model.modules());
    this.#reader = viewOf(account.entries, new Map(), source).load();
  }

  /** float32; in the current scope, but for the parts, which are the caller's. */
  read(path: string): { plain: Tensor; parts: Tensor[] } {
    const layer = this.#layers.get(path) as Module;
    const names = isPacked(layer)
      ? [...layer.slots()].map(({ name }) => name).filter((name) => name !== "bias")
      : ["weight"];
    const parts = Object.fromEntries(
      names.map((name) => [name, this.#reader.read(`${path}.${name}`)] as const),
    );
    return { plain: plainOf(layer, parts), parts: Object.values(parts) };
  }

  close(): void {
    this.#reader.close();
  }
}
