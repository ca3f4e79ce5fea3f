// Rotary position embeddings and their stretched variants, chosen by the config and never by a model's name.
// One variant is one entry of the table; a variant yields either a base and a scale, or its own wavelengths.
import { ModelError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { deferred, float32, rope, type Tensor } from "../../mx/index.ts";
import { Module } from "../../nn/index.ts";
import type { BaseConfig } from "./config.ts";

type Scaling = NonNullable<BaseConfig["rope_scaling"]>;

interface RopeShape {
  dims: number;
  base: number;
  scaling: Scaling;
}

interface RopeVariant {
  scale: number;
  /** Wavelengths over 2π of each pair; undefined: base^(2i/dims). */
  wavelengths?: number[];
}

function plainWavelengths({ dims, base }: RopeShape): number[] {
  return Array.from({ length: dims / 2 }, (_, pair) => base ** ((2 * pair) / dims));
}

function required(scaling: Scaling, key: keyof Scaling): number {
  const value = scaling[key];
  if (typeof value === "number") return value;
  throw new ModelError("FT-MODEL-005", {
    message: `rope scaling '${scaling.rope_type ?? scaling.type}' needs '${key}' in config.json`,
  });
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

const variants = new Registry<(shape: RopeShape) => RopeVariant>(
  {
    default: () => ({ scale: 1 }),
    linear: ({ scaling }) => ({ scale: 1 / required(scaling, "factor") }),
    llama3: (shape) => ({ scale: 1, wavelengths: llama3Wavelengths(shape) }),
  },
  ({ name, known }) =>
    new ModelError("FT-MODEL-005", {
      message: `Unknown rope scaling '${name}'. Supported: [${known.join(", ")}]`,
      hint: "choose a model with one of these",
    }),
);

export class RotaryEmbedding extends Module {
  readonly #dims: number;
  readonly #base: number;
  readonly #scale: number;
  readonly #wavelengths: Tensor | null;

  constructor(shape: RopeShape) {
    super();
    const kind = shape.scaling.rope_type ?? shape.scaling.type ?? "default";
    const { scale, wavelengths } = variants.get(kind)(shape);
    this.#dims = shape.dims;
    this.#base = shape.base;
    this.#scale = scale;
    this.#wavelengths =
      wavelengths === undefined
        ? null
        : deferred([wavelengths.length], "float32", () => float32(wavelengths));
  }

  override *buffers(): Generator<Tensor> {
    if (this.#wavelengths?.isMade === true) yield this.#wavelengths;
  }

  /**
   * x (batch, heads, length, head size); `offset` is the position of its first token, (batch) one for each row, or
   * (batch, length) one for each token.
   */
  forward(x: Tensor, offset: number | Tensor): Tensor {
    if (typeof offset === "number" || offset.ndim < 2) return this.#turned(x, offset);
    const [batch = 1, heads = 1, length = 1, size = 1] = x.shape;
    const tokens = x.transpose(0, 2, 1, 3).reshape(batch * length, heads, 1, size);
    const turned = this.#turned(tokens, offset.reshape(-1));
    return turned.reshape(batch, length, heads, size).transpose(0, 2, 1, 3);
  }

  #turned(x: Tensor, offset: number | Tensor): Tensor {
    return rope(x, {
      dims: this.#dims,
      traditional: false,
      base: this.#wavelengths === null ? this.#base : null,
      scale: this.#scale,
      offset,
      freqs: this.#wavelengths,
    });
  }
}

/** Reads both config styles. */
export function ropeFrom(config: BaseConfig, headSize: number): RotaryEmbedding {
  const scaling = config.rope_parameters ?? config.rope_scaling ?? {};
  const share = scaling.partial_rotary_factor ?? config.partial_rotary_factor ?? 1;
  return new RotaryEmbedding({
    dims: Math.floor(headSize * share),
    base: scaling.rope_theta ?? config.rope_theta ?? 10_000,
    scaling,
  });
}
