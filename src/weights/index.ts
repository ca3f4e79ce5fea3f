// The surface of weights/. Importing it loads no addon: only loading and saving tensors does.
export * from "./likeness.ts";
export { type HubTarget, lookAtTarget } from "./hub-target.ts";
export { modelDigest } from "./model-digest.ts";
export { openModelFolder } from "./model-folder.ts";
export { openStoredModel } from "./open-stored-model.ts";
export { openGgufModel } from "./gguf/stored-model.ts";
export type { StoredModel, StoredTensor, TensorReader } from "./stored-model.ts";
export { hubSettings } from "./hub-environment.ts";
export { hubId, type ResolvedModel, resolveModel, type ResolveOptions } from "./hub.ts";
export type { DownloadProgress } from "./hub-progress.ts";
export { loadTensorFile, loadTensors, readerOf, type TensorFiles } from "./load-tensors.ts";
export * from "./recipe/index.ts";
export { readGgufFile } from "./gguf/header.ts";
export type { SafetensorsDtype } from "./safetensors-dtypes.ts";
export {
  readSafetensorsHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors-header.ts";
export { saveTensors } from "./save.ts";
export { isLicenseFile, isSideFile } from "./side-files.ts";
export { openWeightFile, type WeightFile } from "./weight-forms.ts";
export { castWhenRead } from "./cast-when-read.ts";
export { writeModelFiles } from "./model-writer.ts";
export { plannedBytes, type PlannedTensor, TensorFileWriter } from "./tensor-file-writer.ts";
export { closeSynced, writeAt } from "./whole-writes.ts";
