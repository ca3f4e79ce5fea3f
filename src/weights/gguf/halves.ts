// Halves as numbers: all 65,536 of them in a table, because a look-up is several times as fast as arithmetic.

let table: Float32Array | undefined;

function valueOf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? Infinity : NaN;
  if (exponent === 0) return fraction * 2 ** -24;
  return (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The float16 at byte `at`. */
export function halfAt(view: DataView, at: number, littleEndian: boolean): number {
  table ??= Float32Array.from({ length: 65_536 }, (_, bits) =>
    bits < 32_768 ? valueOf(bits) : -valueOf(bits - 32_768),
  );
  return table[view.getUint16(at, littleEndian)] as number;
}
