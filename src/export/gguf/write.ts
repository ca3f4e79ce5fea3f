// Writes a planned .gguf file: each tensor is read, quantized in pieces that fit a processor's cache, and let go.
// Gives no file its final name: who calls does, when all is there.
import { setImmediate } from "node:timers/promises";
import { interrupted } from "../../core/interrupted.ts";
import { type Dtype, type Memory, retain, scope, type Tensor } from "../../mx/index.ts";
import type { GgufEntries } from "../../weights/gguf/entries.ts";
import { ggufTypeNamed } from "../../weights/gguf/types.ts";
import type { TensorReader } from "../../weights/index.ts";
import type { WriteOptions } from "../whole-output.ts";
import { ggufBytesOf, GgufFileWriter, ggufLayout, type GgufPlanned } from "./gguf-file.ts";
import { type Quantize, quantizers } from "./quantize/index.ts";

/** Types that are MLX's own. */
const plainTypes: ReadonlyMap<string, Dtype> = new Map([
  ["F32", "float32"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
]);

/** Weights that are quantized at once: whole blocks of every type. */
const PIECE = 2 ** 18;

const bytesOf = ({ buffer, byteOffset, byteLength }: Memory): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The tensor in another type, evaluated; frees the one given. */
function typed(tensor: Tensor, dtype: Dtype): Tensor {
  if (tensor.dtype === dtype) return tensor;
  try {
    return retain(scope(() => tensor.astype(dtype)));
  } finally {
    tensor.dispose();
  }
}

function* quantized(
  weights: Float32Array,
  { type }: GgufPlanned,
  quantize: Quantize,
): Generator<Uint8Array> {
  const { blockSize, blockBytes } = ggufTypeNamed(type);
  const target = new Uint8Array((Math.min(PIECE, weights.length) / blockSize) * blockBytes);
  for (let from = 0; from < weights.length; from += PIECE) {
    const piece = weights.subarray(from, from + PIECE);
    const bytes = target.subarray(0, (piece.length / blockSize) * blockBytes);
    quantize(piece, bytes);
    yield bytes;
  }
}

/** The tensor's data, piece by piece; frees the tensor. */
function* dataOf(tensor: Tensor, planned: GgufPlanned): Generator<Uint8Array> {
  const quantize = quantizers.get(planned.type);
  const dtype = plainTypes.get(planned.type) ?? "float32";
  const own = typed(tensor, dtype);
  try {
    const memory = own.toMemory();
    if (quantize === undefined) yield bytesOf(memory);
    else yield* quantized(memory as Float32Array, planned, quantize);
  } finally {
    own.dispose();
  }
}

function stopWhere(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw interrupted("while the file was written; nothing is left of it");
}

interface Job {
  file: GgufFileWriter;
  reader: TensorReader;
  options: WriteOptions;
}

async function writeTensor(planned: GgufPlanned, { file, reader, options }: Job): Promise<void> {
  let offset = 0;
  for (const bytes of dataOf(reader.read(planned.name), planned)) {
    file.write(planned.name, bytes, offset);
    offset += bytes.length;
    // quantizing blocks the event loop: without a pause, Ctrl-C would wait for the whole model
    await setImmediate();
    stopWhere(options.signal);
  }
}

export interface GgufContent {
  entries: GgufEntries;
  tensors: readonly GgufPlanned[];
  load(): TensorReader;
}

/** Makes the file at `path`, where nothing is. @throws FtError FT-INTERRUPTED, and what the disk throws. */
export async function writeGguf(
  path: string,
  { entries, tensors, load }: GgufContent,
  options: WriteOptions = {},
): Promise<void> {
  const layout = ggufLayout(entries, tensors);
  const total = tensors.reduce((sum, tensor) => sum + ggufBytesOf(tensor), 0);
  const file = new GgufFileWriter(path, layout);
  try {
    const reader = load();
    try {
      let bytes = 0;
      for (const tensor of tensors) {
        await writeTensor(tensor, { file, reader, options });
        bytes += ggufBytesOf(tensor);
        options.onProgress?.({ tensor: tensor.name, bytes, total });
      }
    } finally {
      reader.close();
    }
  } finally {
    file.close();
  }
}
