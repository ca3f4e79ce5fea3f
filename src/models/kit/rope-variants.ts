// The stretched variants of rotary positions, chosen by the config and never by a model's name.
// One variant is one entry of the table. Only numbers: rope.ts turns with them.
import { ModelError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { float32, full, type Tensor, where } from "../../mx/index.ts";
import type { RopeScaling } from "./config.ts";

export interface RopeShape {
  /** Of each head, how many numbers are turned. */
  dims: number;
  /** Of a whole head. */
  headSize?: number;
  base: number;
  scaling: RopeScaling;
  /** Longest text that the config tells of, in tokens. */
  maxLength: number;
}

export interface RopeVariant {
  /** Of each head, how many numbers are turned, where the shape does not tell. */
  dims?: number;
  /** Factor on positions; default 1. */
  scale?: number;
  /** Factor on what is turned; default 1. */
  magnitude?: number;
  /** Wavelengths over 2π of each pair; undefined: base^(2i/dims). */
  wavelengths?: number[];
  /** Texts of more tokens than `beyond` have other wavelengths, (dims / 2) from their length, (), and magnitudes, (). */
  long?: {
    beyond: number;
    wavelengths(reach: Tensor): Tensor;
    magnitude?: (reach: Tensor) => Tensor;
  };
}

function plainWavelengths({ dims, base }: RopeShape): number[] {
  return Array.from({ length: dims / 2 }, (_, pair) => base ** ((2 * pair) / dims));
}

function missing(scaling: RopeScaling, key: string): ModelError {
  return new ModelError("FT-MODEL-005", {
    message: `rope scaling '${scaling.rope_type ?? scaling.type}' needs '${key}' in config.json`,
    hint: "copy config.json from the model's page: it says how the rotation is scaled",
  });
}

function required(scaling: RopeScaling, key: keyof RopeScaling): number {
  const value = scaling[key];
  if (typeof value === "number") return value;
  throw missing(scaling, String(key));
}

/** Llama 3.1: long wavelengths are stretched, short ones kept, those between blended. */
function llama3Wavelengths(shape: RopeShape): number[] {
  const factor = required(shape.scaling, "factor");
  const low = shape.scaling.low_freq_factor ?? 1;
  const high = shape.scaling.high_freq_factor ?? 4;
  const context = shape.scaling.original_max_position_embeddings ?? 8192;
  return plainWavelengths(shape).map((wavelength) => {
    const turns = context / (2 * Math.PI * wavelength);
    if (turns > high) return wavelength;
    if (turns < low) return wavelength * factor;
    const smooth = (turns - low) / (high - low);
    return wavelength / ((1 - smooth) / factor + smooth);
  });
}

/** Pairs that turn `turns` times within `length`, as a fraction of a pair's number (Peng et al. 2023). */
function pairTurning(turns: number, length: number, { dims, base }: RopeShape): number {
  return (dims * Math.log(length / (turns * 2 * Math.PI))) / (2 * Math.log(base));
}

/** Between which pairs the blend from kept to stretched lies. */
function yarnRange(shape: RopeShape, length: number): [number, number] {
  const { beta_fast, beta_slow, truncate = true } = shape.scaling;
  const low = pairTurning(beta_fast ?? 32, length, shape);
  const high = pairTurning(beta_slow ?? 1, length, shape);
  const [first, last] = truncate === true ? [Math.floor(low), Math.ceil(high)] : [low, high];
  const range: [number, number] = [Math.max(first, 0), Math.min(last, shape.dims - 1)];
  return range[0] === range[1] ? [range[0], range[1] + 0.001] : range;
}

/** Factor on numbers that are turned, where YaRN stretches texts (Peng et al. 2023). */
export const yarnMagnitude = (factor: number, share: number): number =>
  factor <= 1 ? 1 : 0.1 * share * Math.log(factor) + 1;

function yarn(shape: RopeShape): RopeVariant {
  const { scaling, maxLength } = shape;
  const length = scaling.original_max_position_embeddings ?? maxLength;
  const factor = scaling.factor ?? maxLength / length;
  const [low, high] = yarnRange(shape, length);
  const wavelengths = plainWavelengths(shape).map((wavelength, pair) => {
    const stretched = Math.min(Math.max((pair - low) / (high - low), 0), 1);
    return wavelength / (stretched / factor + 1 - stretched);
  });
  const { mscale, mscale_all_dim, attention_factor } = scaling;
  const usual =
    mscale && mscale_all_dim
      ? yarnMagnitude(factor, mscale) / yarnMagnitude(factor, mscale_all_dim)
      : yarnMagnitude(factor, 1);
  return { wavelengths, magnitude: attention_factor ?? usual };
}

function factors(shape: RopeShape, key: "short_factor" | "long_factor"): number[] {
  const values = shape.scaling[key];
  if (!Array.isArray(values)) throw missing(shape.scaling, key);
  if (values.length === shape.dims / 2) return values;
  throw new ModelError("FT-MODEL-003", {
    message: "config.json describes rotary factors that do not fit",
    problems: [`${key}: ${values.length} numbers for ${shape.dims / 2} pairs`],
    hint: "download the model again, or correct this field",
  });
}

/** A factor for each pair; texts beyond the original length have others (Ding et al. 2024). */
function longrope(shape: RopeShape): RopeVariant {
  const { scaling, maxLength } = shape;
  const original = scaling.original_max_position_embeddings ?? maxLength;
  const factor = scaling.factor ?? maxLength / original;
  const usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  const stretched = (key: "short_factor" | "long_factor"): number[] => {
    const stretch = factors(shape, key);
    return plainWavelengths(shape).map((wavelength, pair) => wavelength * (stretch[pair] ?? 1));
  };
  const [short, long] = [stretched("short_factor"), stretched("long_factor")];
  const wavelengths = (reach: Tensor): Tensor =>
    where(reach.greater(original), float32(long), float32(short));
  const shortMagnitude = scaling.short_mscale ?? scaling.attention_factor ?? usual;
  const longMagnitude = scaling.long_mscale ?? shortMagnitude;
  const magnitude = (reach: Tensor): Tensor =>
    where(reach.greater(original), full([], longMagnitude), shortMagnitude);
  return {
    wavelengths: short,
    magnitude: shortMagnitude,
    long: {
      beyond: original,
      wavelengths,
      ...(longMagnitude !== shortMagnitude && { magnitude }),
    },
  };
}

/** The base grows with the text beyond the longest length; with a fixed `alpha` it is another base. */
function dynamic(shape: RopeShape): RopeVariant {
  const { dims, base, scaling, maxLength } = shape;
  const power = dims / (dims - 2);
  if (typeof scaling.alpha === "number") {
    const other = { ...shape, base: base * scaling.alpha ** power };
    return { wavelengths: plainWavelengths(other) };
  }
  const factor = required(scaling, "factor");
  const plain = plainWavelengths(shape);
  const exponents = plain.map((_, pair) => (power * 2 * pair) / dims);
  const wavelengths = (reach: Tensor): Tensor => {
    const length = reach.astype("float32").maximum(maxLength);
    const growth = length.mul(factor / maxLength).sub(factor - 1);
    return float32(plain).mul(growth.pow(float32(exponents)));
  };
  return { wavelengths: plain, long: { beyond: maxLength, wavelengths } };
}

/** Pairs are of halves of the whole head, and only the first share of them turns, as in a head of that size. */
function proportional({ dims, headSize = dims, base, scaling }: RopeShape): RopeVariant {
  const turned = Math.floor(dims / 2);
  const whole = plainWavelengths({ dims: headSize, base, scaling, maxLength: 0 });
  const factor = scaling.factor ?? 1;
  const wavelengths = whole.map((wavelength, pair) =>
    pair < turned ? wavelength * factor : Number.POSITIVE_INFINITY,
  );
  return { dims: headSize, wavelengths };
}

const variants = new Registry<(shape: RopeShape) => RopeVariant>(
  {
    default: () => ({}),
    linear: ({ scaling }) => ({ scale: 1 / required(scaling, "factor") }),
    llama3: (shape) => ({ wavelengths: llama3Wavelengths(shape) }),
    yarn,
    longrope,
    su: longrope,
    dynamic,
    proportional,
  },
  ({ name, known }) =>
    new ModelError("FT-MODEL-005", {
      message: `Unknown rope scaling '${name}'. Supported: [${known.join(", ")}]`,
      hint: "choose a model with one of these",
    }),
);

/** Throws ModelError FT-MODEL-005 for a variant that there is not, or that lacks a number. */
export function ropeVariant(shape: RopeShape): RopeVariant {
  return variants.get(shape.scaling.rope_type ?? shape.scaling.type ?? "default")(shape);
}

/** A length as a tensor, (). */
export const lengthTensor = (reach: number | Tensor): Tensor =>
  typeof reach === "number" ? full([], reach) : reach;
