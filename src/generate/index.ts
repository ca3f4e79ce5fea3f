// The surface of generate/.
export * from "./constraints/index.ts";
export { Engine, type EngineLoad, type EngineOptions, type SharedPass } from "./engine.ts";
export type { Generation } from "./generation.ts";
export type * from "./requests.ts";
export { plainSampling, type SamplingOptions } from "./sampling.ts";
