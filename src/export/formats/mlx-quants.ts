// The words of `--quant` for MLX's packings, with the group sizes that mlx_lm.convert takes by itself.
import { MIXTURES, type PackingWish } from "../../models/packing-choice.ts";

/** mlx-lm's; what is packed while it is loaded here has groups of 32. */
const GROUP_SIZE = 64;

const bits = [2, 3, 4, 5, 6, 8] as const;

const wishes: Readonly<Record<string, PackingWish>> = {
  ...Object.fromEntries(
    bits.map((one) => [`${one}bit`, { mode: "affine", bits: one, groupSize: GROUP_SIZE }]),
  ),
  mxfp4: { mode: "mxfp4", bits: 4, groupSize: 32 },
  mxfp8: { mode: "mxfp8", bits: 8, groupSize: 32 },
  nvfp4: { mode: "nvfp4", bits: 4, groupSize: 16 },
  ...Object.fromEntries(
    MIXTURES.map((mixture) => [
      mixture,
      { mode: "affine", bits: 4, groupSize: GROUP_SIZE, mixture },
    ]),
  ),
};

export const mlxQuants: readonly string[] = Object.keys(wishes);

export const mlxPacking = (quant: string | undefined): PackingWish | undefined =>
  quant === undefined ? undefined : wishes[quant];
