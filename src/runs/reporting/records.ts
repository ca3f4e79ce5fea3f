// The file format that TensorBoard reads: records with their length and two checksums (TFRecord), each an `Event` message
// in protocol buffers. Only the fields that scalars need, by their numbers in tensorflow's event.proto.
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli; RFC 3720). */
export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Rotated and moved, so that a checksum of data with checksums in it is no trap. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** One record around `data`. */
export function record(data: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length));
  head.writeUInt32LE(maskedCrc(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(maskedCrc(data));
  return Buffer.concat([head, data, tail]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

const kinds = { varint: 0, double: 1, bytes: 2, float: 5 } as const;

function field(number: number, kind: keyof typeof kinds, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + kinds[kind]), content]);
}

function bytesField(number: number, content: Buffer): Buffer {
  return field(number, "bytes", Buffer.concat([varint(content.length), content]));
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

const wallTime = (seconds: number): Buffer => field(1, "double", double(seconds));
const step = (value: number): Buffer => field(2, "varint", varint(value));

/** The first record of every file. */
export function versionEvent(seconds: number): Buffer {
  return record(Buffer.concat([wallTime(seconds), bytesField(3, Buffer.from("brain.Event:2"))]));
}

/** The run went on from here: readers forget what came after this step before. */
export function restartEvent(seconds: number, from: number): Buffer {
  const start = field(1, "varint", varint(1));
  return record(Buffer.concat([wallTime(seconds), step(from), bytesField(7, start)]));
}

/** Scalars of one step by their names. */
export function scalarsEvent(
  seconds: number,
  at: number,
  scalars: readonly (readonly [string, number])[],
): Buffer {
  const values = scalars.map(([name, value]) => {
    const content = [bytesField(1, Buffer.from(name)), field(2, "float", float(value))];
    return bytesField(1, Buffer.concat(content));
  });
  return record(Buffer.concat([wallTime(seconds), step(at), bytesField(5, Buffer.concat(values))]));
}
