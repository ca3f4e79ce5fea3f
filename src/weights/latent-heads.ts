// Latent attention as mlx-lm stores it for DeepSeek-V3 and its kin: in the place of the matrix behind the small vector
// two stacks by head, the one of queries turned, plain or packed. Seen as that one matrix, which checkpoints of these
// models have. Source: mlx-lm's models/deepseek_v3.py and mla.py.
import { elementCount } from "../core/element-count.ts";
import {
  concatenate,
  dequantize,
  dispose,
  evaluate,
  type Packing,
  retain,
  scope,
  type Tensor,
} from "../mx/index.ts";
import type { StoredModel, StoredTensor, TensorReader } from "./stored-model.ts";

const [QUERIES, VALUES, WHOLE] = [".embed_q", ".unembed_out", ".kv_b_proj.weight"] as const;

const modes = [
  { mode: "affine", bits: [2, 3, 4, 5, 6, 8], groupSizes: [32, 64, 128] },
  { mode: "mxfp4", bits: [4], groupSizes: [32] },
  { mode: "mxfp8", bits: [8], groupSizes: [32] },
  { mode: "nvfp4", bits: [4], groupSizes: [16] },
] as const;

/** A matrix for each head. */
interface Stack {
  /** Weights, and where they are packed scales and perhaps biases. */
  names: string[];
  packing: Packing | undefined;
  shape: readonly [heads: number, rows: number, columns: number];
  dtype: string;
}

/** From the sizes of what is stored: which packing that is, of rows of so many numbers. */
function packingOf(words: number, groups: number, columns: number, hasBiases: boolean) {
  const bits = (words * 32) / columns;
  const groupSize = columns / groups;
  const found = modes.find(
    ({ mode, ...its }) =>
      (mode === "affine") === hasBiases &&
      its.bits.some((one) => one === bits) &&
      its.groupSizes.some((one) => one === groupSize),
  );
  return found && { mode: found.mode, bits, groupSize };
}

/** Undefined where it is none of rows of `columns`. */
function stackOf({ tensors }: StoredModel, path: string, columns: number): Stack | undefined {
  const all = ["weight", "scales", "biases"].map((part) => `${path}.${part}`);
  const names = all.filter((name) => tensors.has(name));
  const [weight, scales, biases] = all.map((name) => tensors.get(name));
  const [heads = 0, rows = 0, words = 0, ...more] = weight?.shape ?? [];
  if (weight === undefined || more.length > 0) return undefined;
  const shape = [heads, rows, columns] as const;
  if (scales === undefined)
    return words === columns
      ? { names, packing: undefined, shape, dtype: weight.dtype }
      : undefined;
  const packing = packingOf(words, scales.shape[2] ?? 0, columns, biases !== undefined);
  const dtype = biases === undefined ? "BF16" : scales.dtype;
  return packing && { names, packing, shape, dtype };
}

interface Joined {
  queries: Stack;
  values: Stack;
}

/** By the name of the matrix that both stacks are. */
function joinedIn(stored: StoredModel): Map<string, Joined> {
  const config = stored.config as Readonly<Record<string, unknown>>;
  const [plain, rank] = [Number(config["qk_nope_head_dim"]), Number(config["kv_lora_rank"])];
  const paths = [...stored.tensors.keys()]
    .filter((name) => name.endsWith(`${QUERIES}.weight`))
    .map((name) => name.slice(0, -`${QUERIES}.weight`.length));
  const found = new Map<string, Joined>();
  for (const path of paths) {
    const queries = stackOf(stored, `${path}${QUERIES}`, plain);
    const values = stackOf(stored, `${path}${VALUES}`, rank);
    if (queries === undefined || values === undefined) continue;
    const fits = queries.shape[0] === values.shape[0] && queries.shape[1] === rank;
    if (fits) found.set(`${path}${WHOLE}`, { queries, values });
  }
  return found;
}

function described({ queries, values }: Joined, { tensors }: StoredModel): StoredTensor {
  const [heads, rank, plain] = queries.shape;
  const shape = [heads * (plain + values.shape[1]), rank];
  const file = tensors.get(queries.names[0] ?? "")?.file ?? "";
  const bytes = elementCount(shape) * (queries.dtype === "F32" ? 4 : 2);
  return { file, dtype: queries.dtype, shape, bytes };
}

function plainOf({ packing }: Stack, [weight, scales, biases]: readonly Tensor[]): Tensor {
  if (packing === undefined) return weight as Tensor;
  return dequantize(weight as Tensor, scales as Tensor, biases ?? null, packing);
}

/** (heads · (plain + value), rank). */
function whole({ queries, values }: Joined, parts: readonly Tensor[]): Tensor {
  const count = queries.names.length;
  const ofKeys = plainOf(queries, parts.slice(0, count)).swapaxes(-1, -2);
  const ofValues = plainOf(values, parts.slice(count)).astype(ofKeys.dtype);
  return concatenate([ofKeys, ofValues], 1).reshape(-1, queries.shape[1]);
}

function readerOf(reader: TensorReader, joined: ReadonlyMap<string, Joined>): TensorReader {
  const read = (name: string): Tensor => {
    const found = joined.get(name);
    if (found === undefined) return reader.read(name);
    const parts = [...found.queries.names, ...found.values.names].map((one) => reader.read(one));
    try {
      return retain(
        scope(() => {
          const made = whole(found, parts);
          evaluate([made]);
          return made;
        }),
      );
    } finally {
      dispose(parts);
    }
  };
  return { read, close: () => reader.close() };
}

/** The same model with one matrix in the place of both stacks; one that has no such stacks as it is. */
export function withWholeHeads(stored: StoredModel): StoredModel {
  const joined = joinedIn(stored);
  if (joined.size === 0) return stored;
  const gone = new Set(
    [...joined.values()].flatMap(({ queries, values }) => [...queries.names, ...values.names]),
  );
  const left = [...stored.tensors].filter(([name]) => !gone.has(name));
  const made = [...joined].map(([name, one]) => [name, described(one, stored)] as const);
  return {
    ...stored,
    tensors: new Map([...left, ...made]),
    load: () => readerOf(stored.load(), joined),
  };
}
