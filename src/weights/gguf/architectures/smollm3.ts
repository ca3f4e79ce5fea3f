// SmolLM3 in GGUF: Llama's; every fourth layer tells no positions, which llama.cpp knows and the file does not say.
import { decoder } from "./decoder.ts";
import type { ModelConfig } from "./model-config.ts";
import { unlikeLayers, windowUnheeded } from "./writing.ts";
import { writtenDecoder } from "./written-decoder.ts";
import { llama3Tensor } from "./written-rope.ts";

const EVERY = 4;

export const smollm3 = decoder({
  modelType: "smollm3",
  className: "SmolLM3ForCausalLM",
  turned: true,
  config: () => ({ no_rope_layer_interval: EVERY }),
});

/** Layer by layer, whether positions are told. */
function toldLayers(config: ModelConfig): boolean[] {
  const told = config.list("no_rope_layers");
  const every = config.number("no_rope_layer_interval");
  return Array.from({ length: config.layers }, (_, layer) =>
    told === undefined ? (layer + 1) % every !== 0 : told[layer] !== 0,
  );
}

export const writtenSmollm3 = writtenDecoder("smollm3", {
  ropes: ["llama3"],
  factors: llama3Tensor,
  refuses: (config) =>
    unlikeLayers(
      toldLayers(config),
      (layer) => (layer + 1) % EVERY !== 0,
      "tells positions where llama.cpp does not, or the other way round",
    ),
  unheeded: (config) => windowUnheeded(config, config.is("use_sliding_window")),
});
