// The quantized types that are written, by name. The next is one function and one line. Plain numbers are MLX's own.
import { type Quantize, q40, q50, q80 } from "./blocks.ts";
import { q4k, q6k } from "./k-quants.ts";

export type { Quantize } from "./blocks.ts";

export const quantizers: ReadonlyMap<string, Quantize> = new Map([
  ["Q8_0", q80],
  ["Q4_0", q40],
  ["Q5_0", q50],
  ["Q4_K", q4k],
  ["Q6_K", q6k],
]);
