// Tensors read by range from a file whose numbers lie in it as they are: what MLX itself does not open.
// Where they lie was checked by whoever read the header. Needs the addon.
import { elementCount } from "../core/element-count.ts";
import { retain, scope, tensor, type Tensor } from "../mx/index.ts";
import { type Dtype } from "../mx/index.ts";
import { FileRanges } from "./file-ranges.ts";
import { swapBytes } from "./gguf/values.ts";
import { checkTypes } from "./load-tensors.ts";
import { mlxDtype, SAFETENSORS_DTYPES, type SafetensorsDtype } from "./safetensors-dtypes.ts";
import { smallFloats } from "./small-floats.ts";
import type { TensorReader } from "./stored-model.ts";

export interface RangeEntry {
  dtype: SafetensorsDtype;
  /** Row-major. */
  shape: readonly number[];
  /** Bytes of the file, `end` excluded. */
  begin: number;
  end: number;
  /** The shape that they have in the file; axis i of the tensor is axis `axes[i]` of it. */
  layout?: { stored: readonly number[]; axes: readonly number[] };
}

export interface RangeFile {
  path: string;
  entries: ReadonlyMap<string, RangeEntry>;
  littleEndian: boolean;
  /** Of the error for a file that has become shorter. */
  truncatedCode: string;
}

/** What the numbers become: float32 where MLX has not the type. Undefined: they cannot be read. */
export function dtypeRead(dtype: SafetensorsDtype): Dtype | undefined {
  const isWidened = dtype === "F64" || smallFloats.has(dtype);
  return isWidened ? "float32" : mlxDtype(dtype);
}

function numbersOf(bytes: Buffer, { dtype }: RangeEntry): Uint8Array | Float32Array {
  const table = smallFloats.get(dtype);
  if (table !== undefined) return looked(bytes, table);
  if (dtype !== "F64") return bytes;
  return new Float32Array(new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8));
}

/** Not Float32Array.from, which takes twenty times as long. */
function looked(bytes: Buffer, table: Float32Array): Float32Array {
  const numbers = new Float32Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) numbers[at] = table[bytes[at] as number] as number;
  return numbers;
}

function read(ranges: FileRanges, entry: RangeEntry, littleEndian: boolean): Tensor {
  const { dtype, shape, begin, end, layout } = entry;
  const bytes = Buffer.allocUnsafeSlow(end - begin);
  ranges.fill(bytes, begin);
  if (!littleEndian) swapBytes(bytes, SAFETENSORS_DTYPES[dtype].bits / 8);
  const numbers = numbersOf(bytes, entry);
  const as = dtypeRead(dtype) ?? "float32";
  if (layout === undefined || elementCount(shape) === 0) return tensor(numbers, shape, as);
  return tensor(numbers, layout.stored, as).transpose(...layout.axes);
}

/**
 * Opens the file; each tensor is read when it is asked for.
 * @throws ModelError FT-WEIGHTS-020 for types that are not read.
 */
export function openRanges({
  path,
  entries,
  littleEndian,
  truncatedCode,
}: RangeFile): TensorReader {
  checkTypes(path, entries, (dtype) => dtypeRead(dtype) !== undefined);
  const ranges = new FileRanges(path, truncatedCode);
  return {
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw new RangeError(`there is no tensor '${name}'`);
      return retain(scope(() => read(ranges, entry, littleEndian)));
    },
    close: () => ranges.close(),
  };
}
