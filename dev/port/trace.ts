// What a model's layers give during one pass: wraps their `forward` for as long as the pass takes.
// Asks objects only: which modules a block has is theirs to say. Compares nothing.
import type { LanguageModel } from "../../src/models/index.ts";
import { float32, scope, Tensor, tensorsIn } from "../../src/mx/index.ts";
import type { Module } from "../../src/nn/index.ts";
import type { Trace, Values } from "./compare.ts";

type Forward = (...inputs: unknown[]) => unknown;
interface Callable {
  forward?: Forward;
}

/** Copies: whatever frees the tensor later. */
export const valuesOf = (tensor: Tensor): Values => ({
  shape: tensor.shape,
  values: tensor.toFloat32(),
});

/** Puts `around` in the place of the module's `forward`; returns what puts it back. */
function wrap(module: Module, around: (forward: Forward, inputs: unknown[]) => unknown) {
  const callable = module as Callable;
  const { forward } = callable;
  if (forward === undefined) return (): void => {};
  const own = Object.hasOwn(callable, "forward");
  callable.forward = (...inputs) => around((...given) => forward.apply(module, given), inputs);
  return (): void => {
    if (own) callable.forward = forward;
    else delete callable.forward;
  };
}

/** Keeps the first floating tensor of `value`; a module that runs again is kept as NAME@2. */
function keep(found: Map<string, Values>, name: string, value: unknown): void {
  const [tensor] = tensorsIn(value);
  if (tensor === undefined || tensor.dtype.includes("int") || tensor.dtype === "bool") return;
  let [unused, times] = [name, 1];
  while (found.has(unused)) unused = `${name}@${++times}`;
  found.set(unused, valuesOf(tensor));
}

interface Watch {
  found: Map<string, Values>;
  /** By layer, what blocks shall read in the place of what they are given. */
  inputs: Trace;
}

/** The block's own input, or the one that it shall read instead. */
function inputOf(given: unknown, replacement: Values | undefined): unknown {
  if (!(given instanceof Tensor) || given.shape.join() !== replacement?.shape.join()) return given;
  return float32(replacement.values, replacement.shape);
}

function watchBlock(block: Module, layer: string, { found, inputs }: Watch): (() => void)[] {
  const parts = [...block.modules()].filter(([path]) => path !== "");
  const undo = parts.map(([path, part]) =>
    wrap(part, (forward, given) => {
      const result = forward(...given);
      keep(found, `${layer}/${path}`, result);
      return result;
    }),
  );
  const undoBlock = wrap(block, (forward, [x, ...rest]) => {
    const input = inputOf(x, inputs.get(`${layer}:input`));
    if (!found.has("embedding")) keep(found, "embedding", x);
    const result = forward(input, ...rest);
    keep(found, layer, result);
    return result;
  });
  return [...undo, undoBlock];
}

/**
 * One pass over ids (batch, length). Layers: `embedding` (what the first block reads), `blocks.N`, `norm` (what the
 * head reads), `logits`; inside blocks `blocks.N/PATH`. With `inputs` each block reads that trace's `blocks.N:input`,
 * so that no block inherits what another did.
 */
export function traceOf(model: LanguageModel, ids: Tensor, inputs: Trace = new Map()): Trace {
  const watch: Watch = { found: new Map(), inputs };
  const undo = model.blocks.flatMap((block, index) => watchBlock(block, `blocks.${index}`, watch));
  try {
    scope(() => {
      const hidden = model.hidden(ids);
      keep(watch.found, "norm", hidden);
      keep(watch.found, "logits", model.head(hidden));
    });
  } finally {
    for (const putBack of undo) putBack();
  }
  return watch.found;
}
