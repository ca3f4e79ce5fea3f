// What the layers above use of the data: loading, encoding, batches.
// Formats and readers are used through these; extensions reach `formats` to add one.
export {
  type BatchCursor,
  type BatchOrder,
  BatchPlan,
  type BatchPlanOptions,
  type BatchWindow,
  type Grouping,
  type StepPlan,
} from "./batches.ts";
export { chooseBuckets } from "./buckets.ts";
export {
  type Batch,
  collate,
  type CollateOptions,
  inputLength,
  lengthMultiple,
  paddedLength,
} from "./collate.ts";
export {
  type DataFile,
  type Dataset,
  type DatasetOptions,
  loadDataset,
  splitRows,
} from "./dataset.ts";
export {
  type Cut,
  type CutOptions,
  type CutRow,
  cutRows,
  type DroppedRow,
  type EncodeContext,
  type EncodedRow,
  type EncodedRows,
  encodeInChunks,
  encodeRows,
  type EncodeWatch,
  isTooLong,
  learnedCount,
  type LengthHistogram,
  learnedTokens,
  lengthHistogram,
  type Sequence,
  tokenCount,
} from "./encode.ts";
export { cutDocuments, isDocument } from "./documents.ts";
export {
  DataFormatError,
  DataValidationError,
  EmptyDataError,
  MalformedDataError,
  MissingDataError,
  UnsupportedFileError,
} from "./errors.ts";
export { autoFormat, formats, type RowFormat } from "./formats/index.ts";
export { packRows } from "./packing.ts";
export { type LostRow, lostRows } from "./lost-rows.ts";
export { readRows } from "./read.ts";
export { describeProblem, ProblemList, type Row, type RowProblem, type RowResult } from "./rows.ts";
export { allShapes, type BatchShape, plannedBatches, shapesOf } from "./shapes.ts";
export { findSplits, type SplitName } from "./splits.ts";
export { type DataSummary, describeFormats, summarize, SummaryBuilder } from "./summary.ts";
export { DATA_ABOUT } from "./options.ts";
