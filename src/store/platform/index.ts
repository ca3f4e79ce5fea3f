// The dataset creator's datasets and examples: the database is the truth, a file of JSON lines follows each of them.
export { bytesOfFile, bytesOfFiles } from "./blocks.ts";
export {
  type ChangedExample,
  changeExample,
  type EditAction,
  type EditFacts,
  type ExampleChanges,
  type ExampleState,
} from "./changes.ts";
export {
  createDataset,
  datasetByFile,
  type DatasetFormat,
  type DatasetPage,
  type DatasetQuery,
  describeDataset,
  listDatasets,
  type NewDataset,
  type PlatformDataset,
  readDataset,
  revisionOf,
  type StoreOrTransaction,
} from "./datasets.ts";
export { createFilledDataset, fileIsThere, type FilledDataset, type TakenFile } from "./drafts.ts";
export { type FileLine, fileLines } from "./file-lines.ts";
export { printOf } from "./file-state.ts";
export {
  type EditQuery,
  type ExampleEdit,
  listEdits,
  removeExample,
  restoreExample,
  undoEdit,
  updateExample,
} from "./edits.ts";
export {
  appendExample,
  appendExamples,
  type Example,
  type ExampleStatus,
  type NewExample,
  readExample,
  readExampleAt,
} from "./examples.ts";
export { datasetsFolder, improvedFilePath, slugOf } from "./file-names.ts";
export { fileInStep, keepFilesInStep, type PlatformFileState, syncPlatformFiles } from "./files.ts";
export {
  createGenerationJob,
  createQualityJob,
  jobOfPlatformId,
  type NewPlatformJob,
  type NumberedJob,
  numberJob,
  platformIdOf,
} from "./jobs.ts";
export { type CopiedExample, exportExamples, exportRows, exportText } from "./lines.ts";
export { type ExamplePage, type ExampleQuery, listExamples } from "./list.ts";
export { listMarks, markRow, type QualityMark } from "./marks.ts";
export { deleteDataset } from "./removal.ts";
export { isShownKind, mostErrors, type ShownKind, shownJobs, shownStatus } from "./shown-status.ts";
export { timestamp } from "./timestamps.ts";
