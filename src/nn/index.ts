// The surface of nn/: modules, layers, gradients, optimizers, schedules.
export * from "./activations.ts";
export * from "./gradients.ts";
export * from "./layers.ts";
export * from "./module.ts";
export * from "./optimizers/index.ts";
export * from "./parameter.ts";
export * from "./schedules.ts";
export * from "./stochastic.ts";
