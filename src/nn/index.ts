// The surface of nn/: modules, layers, gradients, optimizers, schedules.
export * from "./activations.ts";
export * from "./gradients.ts";
export * from "./layers.ts";
export * from "./linear-like.ts";
export * from "./losses.ts";
export * from "./module.ts";
export * from "./norms.ts";
export * from "./optimizers/index.ts";
export * from "./packed-layers.ts";
export * from "./packed-stacked-linear.ts";
export * from "./parameter.ts";
export * from "./schedules.ts";
export * from "./stacked-linear.ts";
export * from "./stochastic.ts";
