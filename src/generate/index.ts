// The surface of generate/.
export * from "./decode.ts";
export type { SamplingOptions } from "./sampling.ts";
