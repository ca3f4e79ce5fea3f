// The surface of adapters/.
export * from "./adapter-files.ts";
export * from "./attach.ts";
export { LoraLinear, type LoraShape } from "./lora-linear.ts";
export { ALL_LINEAR, LoraOptions, loraScale } from "./options.ts";
