// What MLX has allocated, and its limits. Bytes throughout; the process's own memory is core's business.
import { binding } from "./loader.ts";

export interface MemoryFigures {
  activeBytes: number;
  peakBytes: number;
  cacheBytes: number;
}

/** Live, highest since the last reset, and cached for reuse. The peak does not count the cache. */
export function memory(): MemoryFigures {
  return binding().memory();
}

export function resetPeakMemory(): void {
  binding().resetPeakMemory();
}

/** Gives cached buffers back to the system. */
export function clearCache(): void {
  binding().clearCache();
}

/** Returns the previous limit. The CPU allocator's default of 32 MB makes large models clear pages at each step. */
export function setCacheLimit(bytes: number): number {
  return binding().setCacheLimit(bytes);
}

/** Bytes that Metal keeps resident; no effect elsewhere. Returns the previous limit. */
export function setWiredLimit(bytes: number): number {
  return binding().setWiredLimit(bytes);
}

export function setMemoryLimit(bytes: number): number {
  return binding().setMemoryLimit(bytes);
}
