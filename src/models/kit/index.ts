// The kit that architectures are made of.
export * from "./architecture.ts";
export * from "./attention.ts";
export * from "./cache.ts";
export * from "./config.ts";
export * from "./context.ts";
export * from "./language-model.ts";
export * from "./mlp.ts";
export * from "./rope.ts";
export * from "./sizes.ts";
