// The surface of data/: readers, datasets, encoding, batches, shipped sets.
export * from "./batches.ts";
export * from "./collate.ts";
export * from "./dataset.ts";
export * from "./encode.ts";
export * from "./layout.ts";
export * from "./read.ts";
export * from "./rows.ts";
export * from "./shipped.ts";
export * from "./summary.ts";
