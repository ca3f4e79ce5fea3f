// Layers that carry a state from token to token, and their recurrences.
export * from "./duality.ts";
export * from "./hybrid-keys.ts";
export * from "./mamba-mixer.ts";
export * from "./mamba-names.ts";
export * from "./mamba2-mixer.ts";
export * from "./selective-scan.ts";
