// Floats of eight bits that MLX does not hold: each of their 256 values, by its bits. Formats: "FP8 formats for deep
// learning" (Micikevicius et al. 2022) and OCP's Microscaling Formats for the power of two.
import type { SafetensorsDtype } from "./safetensors-dtypes.ts";

/** `special`: which magnitudes are no numbers of the usual kind. */
function values(
  exponentBits: number,
  special: (exponent: number, fraction: number) => number | undefined,
): Float32Array {
  const fractionBits = 7 - exponentBits;
  const [bias, parts] = [2 ** (exponentBits - 1) - 1, 2 ** fractionBits];
  const magnitude = (bits: number): number => {
    const [exponent, fraction] = [bits >> fractionBits, bits & (parts - 1)];
    const found = special(exponent, fraction);
    if (found !== undefined) return found;
    if (exponent === 0) return (fraction / parts) * 2 ** (1 - bias);
    return (1 + fraction / parts) * 2 ** (exponent - bias);
  };
  return Float32Array.from({ length: 256 }, (_, bits) =>
    bits < 128 ? magnitude(bits) : -magnitude(bits - 128),
  );
}

/** No infinities; all ones is no number. */
const e4m3 = values(4, (exponent, fraction) =>
  exponent === 15 && fraction === 7 ? NaN : undefined,
);
/** As IEEE's halves. */
const e5m2 = values(5, (exponent, fraction) => {
  if (exponent !== 31) return undefined;
  return fraction === 0 ? Infinity : NaN;
});
/** Powers of two, no sign. */
const e8m0 = Float32Array.from({ length: 256 }, (_, bits) =>
  bits === 255 ? NaN : 2 ** (bits - 127),
);

export const smallFloats: ReadonlyMap<SafetensorsDtype, Float32Array> = new Map([
  ["F8_E4M3", e4m3],
  ["F8_E5M2", e5m2],
  ["F8_E8M0", e8m0],
]);
