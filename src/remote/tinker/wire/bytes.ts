// Numbers as the service's messages hold them: little-endian bytes, whatever this machine is.
import { DType } from "./tinker_pb.ts";

const isLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Bytes of each element turned round where this machine needs that. */
function turned(bytes: Uint8Array, width: number): Uint8Array {
  if (isLittle) return bytes;
  const made = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    const start = at - (at % width);
    made[at] = bytes[start + width - 1 - (at - start)] ?? 0;
  }
  return made;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

export const int32Bytes = (values: Int32Array): Uint8Array => turned(bytesOf(values), 4);
export const float32Bytes = (values: Float32Array): Uint8Array => turned(bytesOf(values), 4);
export const int64Bytes = (values: ArrayLike<number>): Uint8Array =>
  turned(bytesOf(BigInt64Array.from(Array.from(values, BigInt))), 8);

/** A copy that begins where an array of such elements may. Throws RangeError for a part of an element. */
function aligned(bytes: Uint8Array, width: number): ArrayBuffer {
  if (bytes.length % width !== 0)
    throw new RangeError(`${bytes.length} bytes are no whole number of elements of ${width}`);
  return Uint8Array.from(turned(bytes, width)).buffer;
}

export const readInt32 = (bytes: Uint8Array): Int32Array => new Int32Array(aligned(bytes, 4));
export const readFloat32 = (bytes: Uint8Array): Float32Array => new Float32Array(aligned(bytes, 4));
export const readInt64 = (bytes: Uint8Array): number[] =>
  Array.from(new BigInt64Array(aligned(bytes, 8)), Number);

function widened(bytes: Uint8Array): Float32Array {
  const halves = new Uint16Array(aligned(bytes, 2));
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/** Bytes of an element. Throws RangeError for a type that there is not. */
export function widthOf(dtype: DType): number {
  const widths: Partial<Record<DType, number>> = {
    [DType.DTYPE_FLOAT32]: 4,
    [DType.DTYPE_INT64]: 8,
    [DType.DTYPE_INT32]: 4,
    [DType.DTYPE_BFLOAT16]: 2,
  };
  const width = widths[dtype];
  if (width === undefined) throw new RangeError(`no type of numbers is ${dtype}`);
  return width;
}

/** Numbers of any of the types. */
export function readNumbers(bytes: Uint8Array, dtype: DType): Float32Array | Int32Array | number[] {
  widthOf(dtype);
  if (dtype === DType.DTYPE_FLOAT32) return readFloat32(bytes);
  if (dtype === DType.DTYPE_BFLOAT16) return widened(bytes);
  return dtype === DType.DTYPE_INT32 ? readInt32(bytes) : readInt64(bytes);
}
