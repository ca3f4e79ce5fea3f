// The element types of the safetensors format, their sizes, and which of them MLX takes as they are.
// Not a place for conversion: a type MLX lacks is refused by load-tensors.ts with a way out.
import type { Dtype } from "../mx/binding.ts";

interface DtypeFacts {
  bits: number;
  /** Absent: MLX has no such type, or reads it with another meaning. */
  mlx?: Dtype;
}

// The list is that of the safetensors crate 0.8; MLX 0.32 reads F8_E4M3 as plain uint8, which is not its value.
export const SAFETENSORS_DTYPES = {
  BOOL: { bits: 8, mlx: "bool" },
  U8: { bits: 8, mlx: "uint8" },
  I8: { bits: 8, mlx: "int8" },
  U16: { bits: 16, mlx: "uint16" },
  I16: { bits: 16, mlx: "int16" },
  F16: { bits: 16, mlx: "float16" },
  BF16: { bits: 16, mlx: "bfloat16" },
  U32: { bits: 32, mlx: "uint32" },
  I32: { bits: 32, mlx: "int32" },
  F32: { bits: 32, mlx: "float32" },
  U64: { bits: 64, mlx: "uint64" },
  I64: { bits: 64, mlx: "int64" },
  C64: { bits: 64, mlx: "complex64" },
  F64: { bits: 64 },
  F8_E5M2: { bits: 8 },
  F8_E4M3: { bits: 8 },
  F8_E5M2FNUZ: { bits: 8 },
  F8_E4M3FNUZ: { bits: 8 },
  F8_E8M0: { bits: 8 },
  F6_E2M3: { bits: 6 },
  F6_E3M2: { bits: 6 },
  F4: { bits: 4 },
} as const satisfies Record<string, DtypeFacts>;

export type SafetensorsDtype = keyof typeof SAFETENSORS_DTYPES;

export function isSafetensorsDtype(name: string): name is SafetensorsDtype {
  return Object.hasOwn(SAFETENSORS_DTYPES, name);
}

/** MLX's name for the type, or undefined when MLX cannot hold it as it is. */
export function mlxDtype(dtype: SafetensorsDtype): Dtype | undefined {
  const facts: DtypeFacts = SAFETENSORS_DTYPES[dtype];
  return facts.mlx;
}

const names = new Map(
  Object.entries(SAFETENSORS_DTYPES).map(([name, facts]: [string, DtypeFacts]) => [
    facts.mlx,
    name,
  ]),
) as ReadonlyMap<Dtype, SafetensorsDtype>;

/** The format's name for a type of MLX. Throws RangeError for one that it has no name for. */
export function safetensorsDtype(dtype: Dtype): SafetensorsDtype {
  const name = names.get(dtype);
  if (name === undefined) throw new RangeError(`safetensors has no type ${dtype}`);
  return name;
}

/** Bytes of a tensor; undefined when they overflow or do not fill whole bytes. */
export function tensorBytes(dtype: SafetensorsDtype, shape: readonly number[]): number | undefined {
  let elements = 1;
  for (const size of shape) {
    elements *= size;
    if (!Number.isSafeInteger(elements)) return undefined;
  }
  const bits = elements * SAFETENSORS_DTYPES[dtype].bits;
  return Number.isSafeInteger(bits) && bits % 8 === 0 ? bits / 8 : undefined;
}
