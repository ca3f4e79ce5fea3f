// The surface of weights/. Importing it loads no addon: only loading and saving tensors does.
export { checkpointDigest } from "./checkpoint-digest.ts";
export { openCheckpointFolder } from "./checkpoint-folder.ts";
export { openCheckpoint } from "./open-checkpoint.ts";
export type { Checkpoint, CheckpointTensor, TensorReader } from "./checkpoint.ts";
export { hubSettings } from "./hub-environment.ts";
export {
  type DownloadProgress,
  type ResolvedModel,
  resolveModel,
  type ResolveOptions,
} from "./hub.ts";
export { loadTensorFile, loadTensors, readerOf, type TensorFiles } from "./load-tensors.ts";
export * from "./recipe/index.ts";
export type { SafetensorsDtype } from "./safetensors-dtypes.ts";
export {
  readSafetensorsHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors-header.ts";
export { saveTensors } from "./save.ts";
export { isSideFile } from "./side-files.ts";
