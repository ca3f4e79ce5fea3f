// Makes small .gguf files on the spot, sound ones unless told otherwise. Data is zeros where none is given.

export type GgufEntry =
  | readonly [kind: "u32" | "i32" | "u64", value: number]
  | readonly [kind: "f32", value: number]
  | readonly [kind: "bool", value: boolean]
  | readonly [kind: "text", value: string]
  | readonly [kind: "texts", value: readonly string[]]
  | readonly [kind: "i32s" | "f32s", value: readonly number[]];

export interface GgufTensorPlan {
  /** Number of the element type; 0 is float32. */
  type: number;
  /** Row-major. */
  shape: readonly number[];
  data: Uint8Array;
  /** Default: after the one before. */
  offset?: number;
}

export interface GgufPlan {
  metadata?: Readonly<Record<string, GgufEntry>>;
  tensors?: Readonly<Record<string, GgufTensorPlan>>;
  version?: number;
  alignment?: number;
}

function integer(bytes: 4 | 8, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 4) buffer.writeInt32LE(value | 0);
  else buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

function float(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return buffer;
}

export function ggufText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([integer(8, bytes.length), bytes]);
}

function list(kind: number, items: readonly Buffer[]): Buffer {
  return Buffer.concat([integer(4, 9), integer(4, kind), integer(8, items.length), ...items]);
}

function entryBytes([kind, value]: GgufEntry): Buffer {
  switch (kind) {
    case "u32":
      return Buffer.concat([integer(4, 4), integer(4, value)]);
    case "i32":
      return Buffer.concat([integer(4, 5), integer(4, value)]);
    case "f32":
      return Buffer.concat([integer(4, 6), float(value)]);
    case "bool":
      return Buffer.concat([integer(4, 7), Buffer.from([value ? 1 : 0])]);
    case "text":
      return Buffer.concat([integer(4, 8), ggufText(value)]);
    case "u64":
      return Buffer.concat([integer(4, 10), integer(8, value)]);
    case "texts":
      return list(8, value.map(ggufText));
    case "i32s":
      return list(
        5,
        value.map((item) => integer(4, item)),
      );
    case "f32s":
      return list(6, value.map(float));
  }
}

const padding = (length: number, alignment: number): Buffer =>
  Buffer.alloc((alignment - (length % alignment)) % alignment);

/** The bytes of a whole file. */
export function ggufBytes({
  metadata = {},
  tensors = {},
  version = 3,
  alignment = 32,
}: GgufPlan): Buffer {
  const keys = Object.entries(metadata).map(([key, entry]) =>
    Buffer.concat([ggufText(key), entryBytes(entry)]),
  );
  let end = 0;
  const data: Buffer[] = [];
  const entries = Object.entries(tensors).map(([name, plan]) => {
    const offset = plan.offset ?? end;
    data.push(Buffer.from(plan.data), padding(plan.data.length, alignment));
    end += plan.data.length + padding(plan.data.length, alignment).length;
    const lengths = plan.shape.toReversed().map((length) => integer(8, length));
    return Buffer.concat([
      ggufText(name),
      integer(4, lengths.length),
      ...lengths,
      integer(4, plan.type),
      integer(8, offset),
    ]);
  });
  const counts = [integer(4, version), integer(8, entries.length), integer(8, keys.length)];
  const header = Buffer.concat([Buffer.from("GGUF"), ...counts, ...keys, ...entries]);
  return Buffer.concat([header, padding(header.length, alignment), ...data]);
}

/** Zeros, float32. */
export function ggufZeros(...shape: number[]): GgufTensorPlan {
  return { type: 0, shape, data: Buffer.alloc(4 * shape.reduce((a, b) => a * b, 1)) };
}
