// A number as the bits of a half: rounded to the nearest, ties to even, as hardware does. Not back: weights/gguf/halves.ts.

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** Below the least normal half, 2^-14, in bits of a single: its unit is 2^-24 whatever the exponent. */
const LEAST_NORMAL = 0x38_80_00_00;
/** 65,520 and above: nearer to infinity than to the largest half. */
const INFINITE = 0x47_7f_f0_00;
const NOT_A_NUMBER = 0x7f_80_00_00;

function roundedEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return rest > 0.5 ? low + 1 : low;
  return low % 2 === 0 ? low : low + 1;
}

/** The float16 nearest to `value`, which counts as a float32. */
export function halfBits(value: number): number {
  single[0] = value;
  const whole = bits[0] ?? 0;
  const sign = (whole >>> 16) & 0x80_00;
  const size = whole & 0x7f_ff_ff_ff;
  if (size > NOT_A_NUMBER) return sign | 0x7e_00;
  if (size >= INFINITE) return sign | 0x7c_00;
  if (size < LEAST_NORMAL) return sign | roundedEven(Math.abs(value) * 2 ** 24);
  // thirteen bits go; a carry out of the fraction is the next exponent
  const rounded = size + 0xf_ff + ((size >>> 13) & 1);
  return sign | ((rounded - 0x38_00_00_00) >>> 13);
}
