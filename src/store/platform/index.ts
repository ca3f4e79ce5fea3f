// The dataset creator's data sets and examples: the database is the truth, a file of JSON lines follows each of them.
export {
  createDataset,
  type DatasetFormat,
  type DatasetPage,
  type DatasetQuery,
  describeDataset,
  listDatasets,
  type NewDataset,
  type PlatformDataset,
  readDataset,
  type StoreOrTransaction,
} from "./datasets.ts";
export {
  appendExample,
  appendExamples,
  type Example,
  type ExampleStatus,
  type NewExample,
  readExample,
} from "./examples.ts";
export { datasetsFolder, improvedFilePath, slugOf } from "./file-names.ts";
export {
  createGenerationJob,
  createQualityJob,
  jobOfPlatformId,
  type NewPlatformJob,
  type NumberedJob,
  numberJob,
  platformIdOf,
} from "./jobs.ts";
export { type ExamplePage, type ExampleQuery, listExamples } from "./list.ts";
export { timestamp } from "./timestamps.ts";
