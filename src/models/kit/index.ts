// The kit that architectures are made of.
export * from "./architecture.ts";
export * from "./attention.ts";
export * from "./block.ts";
export * from "./caches/index.ts";
export * from "./config.ts";
export * from "./context.ts";
export * from "./decoder.ts";
export * from "./language-model.ts";
export * from "./mlp.ts";
export * from "./quantization.ts";
export * from "./rope.ts";
export * from "./sizes.ts";
export * from "./usual.ts";
