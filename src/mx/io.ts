// Tensors to and from safetensors files. Checks nothing: src/weights reads headers before MLX sees a byte.
import { binding } from "./loader.ts";
import { Tensor } from "./tensor.ts";

/** Tensors by name, read when first evaluated. */
export function loadSafetensors(path: string): Map<string, Tensor> {
  const handles = Object.entries(binding().loadSafetensors(path));
  return new Map(handles.map(([name, handle]) => [name, new Tensor(handle)]));
}

/** Overwrites `path`. */
export function saveSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string>,
): void {
  const names = [...tensors.keys()];
  const handles = [...tensors.values()].map((tensor) => tensor.handle);
  binding().saveSafetensors(path, names, handles, metadata);
}
