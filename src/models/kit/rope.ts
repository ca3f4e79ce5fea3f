// Rotary position embeddings (Su et al. 2021): turning queries and keys by their positions.
// How far each pair turns is rope-variants.ts's.
import { concatenate, deferred, float32, rope, type Tensor } from "../../mx/index.ts";
import { Module } from "../../nn/index.ts";
import type { BaseConfig, RopeScaling } from "./config.ts";
import { FULL, type LayerType, SLIDING } from "./layer-types.ts";
import { lengthTensor, type RopeShape, type RopeVariant, ropeVariant } from "./rope-variants.ts";

export interface RopeOptions {
  /** Pairs are neighbours (x₀, x₁), (x₂, x₃), …; else number i and i + dims/2. */
  isInterleaved?: boolean;
  /** Of families that turn otherwise in layers with a window. */
  layerType?: LayerType;
  /** The base in layers with a window, where the config does not tell it. */
  slidingBase?: number;
}

export class RotaryEmbedding extends Module {
  readonly #dims: number;
  readonly #base: number;
  readonly #isInterleaved: boolean;
  readonly #variant: RopeVariant;
  readonly #wavelengths: Tensor | null;

  constructor(shape: RopeShape, { isInterleaved = false }: RopeOptions = {}) {
    super();
    this.#variant = ropeVariant(shape);
    this.#dims = this.#variant.dims ?? shape.dims;
    this.#base = shape.base;
    this.#isInterleaved = isInterleaved;
    const { wavelengths } = this.#variant;
    this.#wavelengths =
      wavelengths === undefined
        ? null
        : deferred([wavelengths.length], "float32", () => float32(wavelengths));
  }

  /** Whether positions turn otherwise once the text is long: keys must then be kept as they are. */
  get followsLength(): boolean {
    return this.#variant.long !== undefined;
  }

  override *buffers(): Generator<Tensor> {
    if (this.#wavelengths?.isMade === true) yield this.#wavelengths;
  }

  /**
   * x (batch, heads, length, head size); `offset` is the position of its first token, (batch) one for each row, or
   * (batch, length) one for each token. `reach`: tokens of the longest text so far.
   */
  forward(x: Tensor, offset: number | Tensor, reach: number | Tensor = 0): Tensor {
    const freqs = this.#wavelengthsAt(reach);
    const magnitude = this.#magnitudeAt(reach);
    const turned = (part: Tensor, at: number | Tensor): Tensor => this.#turned(part, at, freqs);
    if (typeof offset === "number" || offset.ndim < 2)
      return this.#strong(turned(x, offset), magnitude);
    const [batch = 1, heads = 1, length = 1, size = 1] = x.shape;
    const tokens = x.transpose(0, 2, 1, 3).reshape(batch * length, heads, 1, size);
    const each = turned(tokens, offset.reshape(-1)).reshape(batch, length, heads, size);
    return this.#strong(each.transpose(0, 2, 1, 3), magnitude);
  }

  #magnitudeAt(reach: number | Tensor): number | Tensor {
    const { long, magnitude = 1 } = this.#variant;
    const isShort = typeof reach === "number" && reach <= (long?.beyond ?? reach);
    if (long?.magnitude === undefined || isShort) return magnitude;
    return long.magnitude(lengthTensor(reach));
  }

  #wavelengthsAt(reach: number | Tensor): Tensor | null {
    const { long } = this.#variant;
    if (long === undefined || (typeof reach === "number" && reach <= long.beyond))
      return this.#wavelengths;
    return long.wavelengths(lengthTensor(reach));
  }

  #turned(x: Tensor, offset: number | Tensor, freqs: Tensor | null): Tensor {
    return rope(x, {
      dims: this.#dims,
      traditional: this.#isInterleaved,
      base: freqs === null ? this.#base : null,
      scale: this.#variant.scale ?? 1,
      offset,
      freqs,
    });
  }

  /** Of longer texts, what is turned has another magnitude; the rest of each head keeps its own. */
  #strong(x: Tensor, magnitude: number | Tensor): Tensor {
    if (magnitude === 1) return x;
    const factor = typeof magnitude === "number" ? magnitude : magnitude.astype(x.dtype);
    if (this.#dims === x.dim(3)) return x.mul(factor);
    const [turned, rest] = x.splitAt([this.#dims], 3) as [Tensor, Tensor];
    return concatenate([turned.mul(factor), rest], 3);
  }
}

const isNested = (settings: RopeScaling, layerType: LayerType): boolean =>
  typeof settings[layerType] === "object" && settings[layerType] !== null;

/** The settings of one kind of layer; where the config does not tell them apart, all that it says is of full ones. */
function settingsOf(config: BaseConfig, { layerType, slidingBase }: RopeOptions): RopeScaling {
  const settings = config.rope_parameters ?? config.rope_scaling ?? {};
  if (layerType === undefined) return settings;
  const own = isNested(settings, layerType) ? (settings[layerType] as RopeScaling) : {};
  if (layerType === SLIDING) return { rope_theta: slidingBase, ...own };
  return isNested(settings, FULL) ? own : settings;
}

/** Reads both config styles. */
export function ropeFrom(
  config: BaseConfig,
  headSize: number,
  options: RopeOptions = {},
): RotaryEmbedding {
  const settings = settingsOf(config, options);
  const share = settings.partial_rotary_factor ?? config.partial_rotary_factor ?? 1;
  const original = config.original_max_position_embeddings ?? undefined;
  return new RotaryEmbedding(
    {
      dims: Math.floor(headSize * share),
      headSize,
      base: settings.rope_theta ?? config.rope_theta ?? 10_000,
      scaling: {
        ...settings,
        original_max_position_embeddings: original ?? settings.original_max_position_embeddings,
      },
      maxLength: config.max_position_embeddings,
    },
    options,
  );
}
