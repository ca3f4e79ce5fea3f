// The surface of adapters/.
export * from "./adapter-files.ts";
export * from "./attach.ts";
export * from "./first-adapter.ts";
export * from "./open-adapter.ts";
export type * from "./stored-adapter.ts";
export { combineAdapters, combineMethods, type CombineRequest } from "./combine/index.ts";
export { adapterFormats } from "./formats/index.ts";
export type { WrittenAdapter } from "./formats/format.ts";
export type { AdaptedLayer, AdapterKind, AdapterShape } from "./adapted-layer.ts";
export { adapterKinds } from "./kinds.ts";
export { canMix, MixedAdapters } from "./mixed-adapters.ts";
export { LoraLinear } from "./lora/lora-linear.ts";
export { isOutputFactor } from "./lora/low-rank.ts";
export { factorStarts } from "./starts/index.ts";
export { ALL_LINEAR, LoraOptions, loraScale } from "./options.ts";
