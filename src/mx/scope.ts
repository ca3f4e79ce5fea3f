// Decides when arrays are freed: at the end of a scope, never by the garbage collector.
// (In a synchronous loop Node-API finalizers do not run, so nothing here relies on them.)
import type { Handle } from "./binding.ts";
import { binding } from "./loader.ts";
import { handlesOf, Tensor } from "./tensor.ts";

/** An object that owns tensors which outlive the scope they were made in: a cache, a model, an optimizer. */
export interface TensorHolder {
  tensors(): Iterable<Tensor>;
}

function isHolder(value: object): value is TensorHolder {
  return "tensors" in value && typeof value.tensors === "function";
}

/** Handles of those that exist: a deferred tensor that nothing has used needs no freeing and no keeping. */
function madeHandles(tensors: Iterable<Tensor>): Handle[] {
  return handlesOf([...tensors].filter((tensor) => tensor.isMade));
}

/** Every tensor inside arrays, maps, plain objects and holders. */
export function tensorsIn(value: unknown, found: Tensor[] = []): Tensor[] {
  if (value instanceof Tensor) found.push(value);
  else if (Array.isArray(value)) for (const item of value) tensorsIn(item, found);
  else if (value instanceof Map) for (const item of value.values()) tensorsIn(item, found);
  else if (value !== null && typeof value === "object") {
    if (isHolder(value)) found.push(...value.tensors());
    else if (Object.getPrototypeOf(value) === Object.prototype)
      for (const item of Object.values(value)) tensorsIn(item, found);
  }
  return found;
}

/** Runs `fn` and frees every array made inside except those in what it returns. */
export function scope<T>(fn: () => T): T {
  const native = binding();
  native.scopeBegin();
  let kept: Tensor[] = [];
  try {
    const result = fn();
    kept = tensorsIn(result);
    return result;
  } finally {
    native.scopeEnd(madeHandles(kept));
  }
}

/** Takes tensors out of every scope: they live until disposed. */
export function retain<T>(value: T): T {
  binding().retain(madeHandles(tensorsIn(value)));
  return value;
}

/** Frees every tensor found in `value`. */
export function dispose(value: unknown): void {
  binding().free([...new Set(madeHandles(tensorsIn(value)))]);
}

/**
 * Runs `fn` in a scope while `holder` changes: tensors it holds afterwards are kept, those it dropped are freed.
 * When `fn` throws, nothing that the holder had is freed; what it had taken up meanwhile is kept alive too.
 */
export function carry<T>(holder: TensorHolder, fn: () => T): T {
  const before = [...holder.tensors()];
  const result = scope(() => {
    try {
      return fn();
    } finally {
      retain([...holder.tensors()]);
    }
  });
  const after = new Set(madeHandles(holder.tensors()));
  binding().free([...new Set(madeHandles(before))].filter((handle) => !after.has(handle)));
  return result;
}

/** Arrays alive now; for leak checks. */
export function liveTensors(): number {
  return binding().liveHandles();
}
