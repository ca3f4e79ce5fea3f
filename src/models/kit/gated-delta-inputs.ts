// Where the inputs of gated-delta layers come from: a layer for each kind, or layers whose results are taken apart.
// All that follows is gated-delta-layer.ts's.
import { concatenate, type Tensor } from "../../mx/index.ts";
import { Linear } from "../../nn/index.ts";
import { type DeltaProjections, type DeltaShape, GatedDelta } from "./gated-delta-layer.ts";

/** Each kind of input is a layer of its own (Qwen3.5). */
export class PlainGatedDelta extends GatedDelta {
  declare in_proj_qkv: Linear;
  declare in_proj_z: Linear;
  declare in_proj_b: Linear;
  declare in_proj_a: Linear;

  constructor(shape: DeltaShape) {
    const { hiddenSize, keyHeads, heads, keySize, valueSize } = shape;
    const layer = (size: number): Linear => new Linear(hiddenSize, size, { bias: false });
    super(shape, {
      in_proj_qkv: layer(2 * keyHeads * keySize + heads * valueSize),
      in_proj_z: layer(heads * valueSize),
      in_proj_b: layer(heads),
      in_proj_a: layer(heads),
    });
  }

  protected project(x: Tensor): DeltaProjections {
    return {
      mixed: this.in_proj_qkv.forward(x),
      gate: this.in_proj_z.forward(x),
      strength: this.in_proj_b.forward(x),
      step: this.in_proj_a.forward(x),
    };
  }
}

/** Queries, keys and values have a layer each too, named as in attention (OLMo Hybrid). */
export class SeparateGatedDelta extends GatedDelta {
  declare q_proj: Linear;
  declare k_proj: Linear;
  declare v_proj: Linear;
  declare a_proj: Linear;
  declare b_proj: Linear;
  declare g_proj: Linear;

  constructor(shape: DeltaShape) {
    const { hiddenSize, keyHeads, heads, keySize, valueSize } = shape;
    const layer = (size: number): Linear => new Linear(hiddenSize, size, { bias: false });
    super(shape, {
      q_proj: layer(keyHeads * keySize),
      k_proj: layer(keyHeads * keySize),
      v_proj: layer(heads * valueSize),
      a_proj: layer(heads),
      b_proj: layer(heads),
      g_proj: layer(heads * valueSize),
    });
  }

  protected project(x: Tensor): DeltaProjections {
    const mixed = [this.q_proj, this.k_proj, this.v_proj].map((layer) => layer.forward(x));
    return {
      mixed: concatenate(mixed, 2),
      gate: this.g_proj.forward(x),
      strength: this.b_proj.forward(x),
      step: this.a_proj.forward(x),
    };
  }
}

/** Two layers, whose rows are all kinds of the first key head, all of the second, … (Qwen3-Next). */
export class FusedGatedDelta extends GatedDelta {
  declare in_proj_qkvz: Linear;
  declare in_proj_ba: Linear;
  readonly #shape: DeltaShape;

  constructor(shape: DeltaShape) {
    const { hiddenSize, keyHeads, heads, keySize, valueSize } = shape;
    const layer = (size: number): Linear => new Linear(hiddenSize, size, { bias: false });
    super(shape, {
      in_proj_qkvz: layer(2 * (keyHeads * keySize + heads * valueSize)),
      in_proj_ba: layer(2 * heads),
    });
    this.#shape = shape;
  }

  protected project(x: Tensor): DeltaProjections {
    const { keyHeads, heads, keySize, valueSize } = this.#shape;
    const group = heads / keyHeads;
    const sizes = [keySize, 2 * keySize, 2 * keySize + group * valueSize];
    const [queries, keys, values, gate] = byKeyHead(this.in_proj_qkvz.forward(x), keyHeads, sizes);
    const [strength, step] = byKeyHead(this.in_proj_ba.forward(x), keyHeads, [group]);
    return {
      mixed: concatenate([queries, keys, values] as Tensor[], 2),
      gate: gate as Tensor,
      strength: strength as Tensor,
      step: step as Tensor,
    };
  }
}

/** rows (batch, length, key heads·size) → the parts of each head that end at these places, heads side by side. */
function byKeyHead(rows: Tensor, keyHeads: number, ends: readonly number[]): Tensor[] {
  const [batch = 1, length = 1] = rows.shape;
  const parts = rows.reshape(batch, length, keyHeads, -1).splitAt(ends, 3);
  return parts.map((part) => part.reshape(batch, length, -1));
}
