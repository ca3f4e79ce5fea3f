// Writes a .safetensors file one tensor after another, so that no more than one of them is in memory: names, types and
// shapes are told first. Gives no file its final name: that is done when all of a folder is whole.
import { openSync } from "node:fs";
import type { Dtype, Memory, Tensor } from "../mx/index.ts";
import { safetensorsDtype, tensorBytes } from "./safetensors-dtypes.ts";
import { closeSynced, writeAt } from "./whole-writes.ts";

/** A tensor that is going to be written. */
export interface PlannedTensor {
  name: string;
  dtype: Dtype;
  /** Row-major. */
  shape: readonly number[];
}

/** Bytes that it takes in a file. */
export function plannedBytes({ name, dtype, shape }: PlannedTensor): number {
  const bytes = tensorBytes(safetensorsDtype(dtype), shape);
  if (bytes === undefined) throw new RangeError(`'${name}' is larger than a file can be`);
  return bytes;
}

interface Layout {
  header: Buffer;
  /** Of each tensor, from the beginning of the file. */
  places: Map<string, number>;
}

/** Larger numbers first, so that each begins at a multiple of its size, as other readers of the format need it. */
function placesOf(tensors: readonly PlannedTensor[]): Map<string, [begin: number, end: number]> {
  const elementBytes = (tensor: PlannedTensor): number =>
    tensorBytes(safetensorsDtype(tensor.dtype), [1]) ?? 1;
  const ordered = tensors.toSorted((a, b) => elementBytes(b) - elementBytes(a));
  let end = 0;
  return new Map(ordered.map((tensor) => [tensor.name, [end, (end += plannedBytes(tensor))]]));
}

/** Where the data begin is a multiple of this. */
const ALIGNMENT = 8;

function layoutOf(tensors: readonly PlannedTensor[], metadata: Record<string, string>): Layout {
  const places = placesOf(tensors);
  const entries = tensors.map(({ name, dtype, shape }) => [
    name,
    { dtype: safetensorsDtype(dtype), shape, data_offsets: places.get(name) },
  ]);
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const length = Math.ceil(Buffer.byteLength(json) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(8 + length, " ");
  header.writeBigUInt64LE(BigInt(length));
  header.write(json, 8);
  const placed = [...places].map(([name, [begin]]): [string, number] => [
    name,
    header.length + begin,
  ]);
  return { header, places: new Map(placed) };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Memory): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

export class TensorFileWriter {
  readonly #file: number;
  readonly #places: ReadonlyMap<string, number>;

  /** Makes the file, which must not be there. Throws the file system's error. */
  constructor(
    path: string,
    tensors: readonly PlannedTensor[],
    metadata: Record<string, string> = {},
  ) {
    const { header, places } = layoutOf(tensors, metadata);
    this.#places = places;
    this.#file = openSync(path, "wx");
    writeAt(this.#file, header, 0);
  }

  /** Evaluates the tensor, which must have the type and shape that were told. */
  write(name: string, tensor: Tensor): void {
    const place = this.#places.get(name);
    if (place === undefined) throw new RangeError(`'${name}' was not told`);
    writeAt(this.#file, bytesOf(tensor.toMemory()), place);
  }

  /** What was written lies on the disk afterwards. */
  close(): void {
    closeSynced(this.#file);
  }
}
