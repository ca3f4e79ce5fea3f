// Tensors of a GGUF file as MLX's: read by range when they are asked for, unpacked on the way.
// The only file here that needs the addon. Where tensors lie was checked by header.ts.
import { elementCount } from "../../core/element-count.ts";
import { ModelError } from "../../core/errors.ts";
import { type Dtype, retain, tensor, type Tensor } from "../../mx/index.ts";
import { FileRanges } from "../file-ranges.ts";
import type { TensorReader } from "../stored-model.ts";
import { shown } from "../weight-errors.ts";
import { type Dequantize, dequantizers } from "./dequantize.ts";
import type { GgufHeader, GgufTensor } from "./header.ts";
import { swapBytes } from "./values.ts";

/** Types that MLX holds as they are. */
const plainTypes: ReadonlyMap<string, Dtype> = new Map([
  ["F32", "float32"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["I8", "int8"],
  ["I16", "int16"],
  ["I32", "int32"],
]);

/** So much of a tensor is read at once: small enough to stay in the processor's cache while it is unpacked. */
const CHUNK_BYTES = 2 ** 20;
/** MLX counts along an axis in 32 bits. */
const LONGEST_AXIS = 2 ** 31 - 1;

/** What a type's numbers are in MLX; undefined: they cannot be read. */
export function dtypeOf({ type }: GgufTensor): Dtype | undefined {
  return dequantizers.has(type.name) ? "float32" : plainTypes.get(type.name);
}

/** @throws ModelError FT-WEIGHTS-020 with all tensors whose type is not read. */
function checkTypes(file: string, tensors: ReadonlyMap<string, GgufTensor>): void {
  const problems = [...tensors].flatMap(([name, found]) => {
    const unknown = dtypeOf(found) === undefined ? [found.type.name] : [];
    const long = found.shape.some((length) => length > LONGEST_AXIS)
      ? [`[${found.shape.join(", ")}]`]
      : [];
    return [...unknown, ...long].map((reason) => `tensor ${JSON.stringify(name)} is ${reason}`);
  });
  if (problems.length === 0) return;
  const known = [...plainTypes.keys(), ...dequantizers.keys()].join(", ");
  throw new ModelError("FT-WEIGHTS-020", {
    at: { file },
    message: `${problems.length} tensors have an element type or shape that ft does not read`,
    problems: shown(problems),
    hint: `choose a version of the model in one of ${known}`,
  });
}

/** Memory for whole tensors and for chunks, made once for the largest. */
interface Scratch {
  weights: Float32Array;
  chunk: Uint8Array<ArrayBuffer>;
}

function readPlain(
  ranges: FileRanges,
  { begin, end }: GgufTensor,
  width: number,
  little: boolean,
): Buffer {
  const bytes = Buffer.allocUnsafeSlow(end - begin);
  ranges.fill(bytes, begin);
  if (!little) swapBytes(bytes, width);
  return bytes;
}

function unpack(
  ranges: FileRanges,
  { type, begin, end }: GgufTensor,
  { weights, chunk }: Scratch,
  dequantize: Dequantize,
  littleEndian: boolean,
): void {
  const step = Math.floor(chunk.length / type.blockBytes) * type.blockBytes;
  for (let at = begin, done = 0; at < end; at += step) {
    const bytes = chunk.subarray(0, Math.min(step, end - at));
    ranges.fill(bytes, at);
    const count = (bytes.length / type.blockBytes) * type.blockSize;
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    dequantize(source, weights.subarray(done, done + count), littleEndian);
    done += count;
  }
}

const elementsOf = ({ shape }: GgufTensor): number => elementCount(shape);

function scratchFor(tensors: Iterable<GgufTensor>): Scratch {
  const packed = [...tensors].filter(({ type }) => dequantizers.has(type.name));
  const largest = packed.reduce((most, found) => Math.max(most, elementsOf(found)), 0);
  return { weights: new Float32Array(largest), chunk: new Uint8Array(CHUNK_BYTES) };
}

/**
 * Opens the file: quantized tensors come as float32, others in their own type.
 * @throws ModelError FT-WEIGHTS-020 for types that are not read.
 */
export function openGgufTensors(path: string, { tensors, littleEndian }: GgufHeader): TensorReader {
  checkTypes(path, tensors);
  const ranges = new FileRanges(path, "FT-WEIGHTS-050");
  let scratch: Scratch | undefined;
  const load = (found: GgufTensor): Tensor => {
    const { type, shape } = found;
    const dequantize = dequantizers.get(type.name);
    if (dequantize === undefined) {
      const bytes = readPlain(ranges, found, type.blockBytes, littleEndian);
      return tensor(bytes, shape, dtypeOf(found) ?? "float32");
    }
    scratch ??= scratchFor(tensors.values());
    unpack(ranges, found, scratch, dequantize, littleEndian);
    return tensor(scratch.weights.subarray(0, elementsOf(found)), shape, "float32");
  };
  return {
    read(name) {
      const found = tensors.get(name);
      if (found === undefined) throw new RangeError(`there is no tensor '${name}'`);
      return retain(load(found));
    },
    close: () => ranges.close(),
  };
}
