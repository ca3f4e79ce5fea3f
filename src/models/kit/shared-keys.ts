// Which layers have no keys and values of their own (Gemma 3n, Gemma 4): the last ones, and each of them reads those of
// the last layer of its type that has some. Only says who and whose.
import { ModelError } from "../../core/errors.ts";
import { drop, type Recipe } from "../../weights/index.ts";
import type { LayerType } from "./layer-types.ts";

export interface KeySharing {
  /** Reads the keys that are carried under this name. */
  from?: LayerType;
  /** Carries its own under this name. */
  carriedAs?: LayerType;
}

/**
 * By layer, where the last `shared` have none of their own.
 * @throws ModelError FT-MODEL-003 where no layer below has keys for them.
 */
export function keySharing(types: readonly LayerType[], shared: number): KeySharing[] {
  const first = types.length - shared;
  const own = types.slice(0, Math.max(0, first));
  const wanted = [...new Set(types.slice(own.length))];
  const missing = wanted.filter((type) => !own.includes(type));
  if (missing.length > 0) throw withoutKeys(shared, missing);
  const lasts = new Map(wanted.map((type) => [own.lastIndexOf(type), type]));
  return types.map((type, layer) => {
    const carriedAs = lasts.get(layer);
    if (layer >= own.length) return { from: type };
    return carriedAs === undefined ? {} : { carriedAs };
  });
}

/** Published files have keys and values of those layers too. */
export function unusedKeys(sharing: readonly KeySharing[], prefix: string): Recipe {
  return [...sharing.entries()]
    .filter(([, { from }]) => from !== undefined)
    .map(([layer]) =>
      drop(`${prefix}.layers.${layer}.self_attn.[k_proj|v_proj|k_norm|v_norm].{path*}`),
    );
}

function withoutKeys(shared: number, types: readonly string[]): ModelError {
  return new ModelError("FT-MODEL-003", {
    message: "config.json describes layers without keys",
    problems: [`num_kv_shared_layers: below the last ${shared} is no layer of ${types.join(", ")}`],
    hint: "download the model again, or correct these fields",
  });
}
