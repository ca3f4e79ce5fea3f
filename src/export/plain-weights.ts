// The numbers of a layer as float32, from the parts that it is stored in: one tensor, or packed numbers and their scales.
import type { Tensor } from "../mx/index.ts";
import { isPacked, type Module } from "../nn/index.ts";

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
