// Loads a checked stored model's tensors into MLX. The only file here, beside save.ts, that needs the addon.
// Changes no name and no layout: that is the model's business.
import { ModelError } from "../core/errors.ts";
import { dispose, loadSafetensors, retain, type Tensor } from "../mx/index.ts";
import { isSafetensorsDtype, mlxDtype, type SafetensorsDtype } from "./safetensors-dtypes.ts";
import { readSafetensorsHeader } from "./safetensors-header.ts";
import type { StoredModel, StoredTensor, TensorReader } from "./stored-model.ts";
import { shown } from "./weight-errors.ts";

/** The part of a stored model that loading needs. */
export type TensorFiles = Pick<StoredModel, "tensors" | "files">;

/**
 * Tensors by name, in the files' own types; data is read when first evaluated.
 * @throws ModelError FT-WEIGHTS-020 for element types MLX does not hold (float64, 8 bits and less), and for axes beyond 32 bits.
 */
export function loadTensors(stored: TensorFiles): Map<string, Tensor> {
  checkTypes(stored.files[0] ?? "", stored.tensors, (dtype) => mlxDtype(dtype) !== undefined);
  const tensors = new Map<string, Tensor>();
  for (const file of stored.files) {
    for (const [name, tensor] of loadSafetensors(file)) tensors.set(name, tensor);
  }
  return tensors;
}

/** The same, one by one. */
export function openTensors(stored: TensorFiles): TensorReader {
  return readerOf(loadTensors(stored));
}

/** Takes the tensors over. */
export function readerOf(tensors: Map<string, Tensor>): TensorReader {
  const left = retain(tensors);
  return {
    read(name) {
      const tensor = left.get(name);
      if (tensor === undefined) throw new RangeError(`there is no tensor '${name}'`);
      left.delete(name);
      return tensor;
    },
    close: () => dispose(left),
  };
}

/** Checks one file's header, then loads it: adapters, optimizer state. */
export async function loadTensorFile(
  file: string,
): Promise<{ tensors: Map<string, Tensor>; metadata: Record<string, string> }> {
  const header = await readSafetensorsHeader(file);
  const entries = [...header.tensors].map(
    ([name, { dtype, shape, begin, end }]) =>
      [name, { file, dtype, shape, bytes: end - begin }] as const,
  );
  const tensors = loadTensors({ tensors: new Map(entries), files: [file] });
  return { tensors, metadata: header.metadata };
}

/** MLX counts along an axis in 32 bits, and would take a longer one for another length. */
const LONGEST_AXIS = 2 ** 31 - 1;

type Facts = Pick<StoredTensor, "dtype" | "shape">;
type Readable = (dtype: SafetensorsDtype) => boolean;

function unfit({ dtype, shape }: Facts, isReadable: Readable): string | undefined {
  if (!isSafetensorsDtype(dtype) || !isReadable(dtype)) return dtype;
  return shape.some((length) => length > LONGEST_AXIS) ? `[${shape.join(", ")}]` : undefined;
}

/** @throws ModelError FT-WEIGHTS-020 with every tensor of `file` that cannot be read. */
export function checkTypes(
  file: string,
  tensors: ReadonlyMap<string, Facts>,
  isReadable: Readable,
): void {
  const problems = [...tensors].flatMap(([name, entry]) => {
    const reason = unfit(entry, isReadable);
    return reason === undefined ? [] : [`tensor ${JSON.stringify(name)} is ${reason}`];
  });
  if (problems.length === 0) return;
  throw new ModelError("FT-WEIGHTS-020", {
    at: { file },
    message: `${problems.length} tensors have an element type or shape that MLX does not hold`,
    problems: shown(problems),
    hint: "choose a BF16, F16 or F32 version of the model",
  });
}
