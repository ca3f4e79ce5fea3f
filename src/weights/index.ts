// The surface of weights/. Importing it loads no addon: only loading and saving tensors does.
export { checkpointDigest } from "./checkpoint-digest.ts";
export {
  type Checkpoint,
  type CheckpointTensor,
  openCheckpointFolder,
} from "./checkpoint-folder.ts";
export { hubSettings } from "./hub-environment.ts";
export {
  type DownloadProgress,
  type ResolvedModel,
  resolveModel,
  type ResolveOptions,
} from "./hub.ts";
export { loadTensorFile, loadTensors, type TensorFiles } from "./load-tensors.ts";
export type { SafetensorsDtype } from "./safetensors-dtypes.ts";
export {
  readSafetensorsHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors-header.ts";
export { saveTensors } from "./save.ts";
