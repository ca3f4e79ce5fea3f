// Which layers see a window only: told layer by layer, or by a family's own rule where a config says nothing.
import { z } from "zod";

export const FULL = "full_attention";
export const SLIDING = "sliding_attention";

/** `layer_types` of config.json. */
export const layerTypes = z.array(z.enum([FULL, SLIDING])).nullish();

/** A short convolution in the place of attention. */
export const CONVOLUTION = "conv";

/** The same where layers may be convolutions. */
export const convolvedLayerTypes = z.array(z.enum([FULL, SLIDING, CONVOLUTION])).nullish();

interface Layered {
  layer_types?: z.infer<typeof layerTypes>;
  sliding_window?: number | null | undefined;
  /** False: no layer has a window, whatever the other keys say. */
  use_sliding_window?: boolean | undefined;
}

export type LayerType = typeof FULL | typeof SLIDING;

/** The type of one layer; `usual` tells it where the config does not. */
export function layerTypeOf(
  { layer_types }: Layered,
  layer: number,
  usual: (layer: number) => LayerType,
): LayerType {
  return layer_types?.[layer] ?? usual(layer);
}

/** Every `period`th layer sees everything, the others a window. */
export function fullEvery(period: number): (layer: number) => LayerType {
  return (layer) => ((layer + 1) % period === 0 ? FULL : SLIDING);
}

/** The first `count` layers see everything, those above a window. */
export function fullBelow(count: number): (layer: number) => LayerType {
  return (layer) => (layer < count ? FULL : SLIDING);
}

/** Tokens that a layer sees; undefined: all. */
export function windowAt(
  config: Layered,
  layer: number,
  usual: (layer: number) => LayerType,
): number | undefined {
  if (config.use_sliding_window === false) return undefined;
  if (layerTypeOf(config, layer, usual) === FULL) return undefined;
  return config.sliding_window ?? undefined;
}
