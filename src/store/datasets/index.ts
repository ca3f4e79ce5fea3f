// Versions of datasets: made, read, compared, merged, brought back, written as files.
export { compactStore, type Freed } from "./compact.ts";
export {
  type Configuration,
  configurationHistory,
  listConfigurations,
  readConfiguration,
  saveConfiguration,
} from "./configurations.ts";
export { noSuchFile } from "./dataset-errors.ts";
export {
  Comparison as VersionComparison,
  type DiffCounts,
  fieldsOf,
  type RowDifference,
} from "./diff.ts";
export {
  countDrops,
  type Drop,
  type DropQuery,
  dropRows,
  listDrops,
  type NewDrop,
  textsOfDrops,
  undoDrops,
} from "./drops.ts";
export { type FieldDifference, fieldDifferences } from "./field-differences.ts";
export type { FileForm } from "./file-forms.ts";
export {
  exportVersion,
  type FileState,
  importFile,
  linkFile,
  syncFiles,
  type SyncOptions,
  unlinkFile,
  type Written,
} from "./files.ts";
export type { Filter } from "./filters.ts";
export {
  commonAncestor,
  type MergeConflict,
  type Merged,
  type MergeOptions,
  mergeVersions,
} from "./merge.ts";
export { type FieldConflict, mergeValues } from "./merge-records.ts";
export {
  type Dataset,
  findDataset,
  findVersion,
  listDatasets,
  listVersions,
  removeDataset,
  renameDataset,
  type Version,
} from "./names.ts";
export { type Edits, noEdits } from "./pieces.ts";
export {
  countRows,
  type Page,
  type PageQuery,
  readPage,
  readRows,
  type Row,
  rowsByKey,
} from "./read.ts";
export { recordText } from "./records.ts";
export { indexRecords } from "./search.ts";
export { appendRows, commitRows, editRows, forkDataset, restoreVersion } from "./versions.ts";
