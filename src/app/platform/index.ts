// Use cases over the dataset creator's datasets: taken in, combined, converted, exported, kept as versions.
export {
  type MergeRequest,
  mergeDatasets,
  type OnRow,
  type SampleRequest,
  sampleDataset,
} from "./combine.ts";
export {
  type ConvertDatasetRequest,
  convertDataset,
  type ConvertedDataset,
  convertRow,
  type Turns,
} from "./convert.ts";
export { exportCsv } from "./csv.ts";
export { domainOfFile, type FoundFile, importFolder } from "./import-folder.ts";
export type { BadLine } from "./read-file.ts";
export { startPlatform, type StartedPlatform } from "./start.ts";
export { uploadDataset, type UploadRequest } from "./upload.ts";
export { bringBack, keepVersion, type KeptVersion } from "./versions.ts";
