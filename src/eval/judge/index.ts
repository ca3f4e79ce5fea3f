// The surface of eval/judge/.
export * from "./calibration.ts";
export * from "./judge.ts";
export * from "./kappa.ts";
export * from "./kappa-interval.ts";
export * from "./mean.ts";
export * from "./pairwise.ts";
export * from "./rubric.ts";
