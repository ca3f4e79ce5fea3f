// Gradients, recomputation and compilation over TypeScript functions of tensors.
// Knows lists of tensors only; src/nn maps a module's parameters onto them.
import type { ArrayFunction } from "./binding.ts";
import { binding } from "./loader.ts";
import { float32 } from "./ops.ts";
import { scope } from "./scope.ts";
import { handlesOf, type Tensor, wrapAll } from "./tensor.ts";

export type TensorFunction = (inputs: Tensor[]) => Tensor[];

function traced(fn: TensorFunction): ArrayFunction {
  return (handles) => handlesOf(fn(wrapAll(handles)));
}

/** fn's first output is the scalar loss. Gradients are with respect to every input. */
export function valueAndGrad(
  fn: TensorFunction,
  inputs: readonly Tensor[],
): { values: Tensor[]; gradients: Tensor[] } {
  const argnums = inputs.map((_, index) => index);
  const all = wrapAll(binding().valueAndGrad(traced(fn), handlesOf(inputs), argnums));
  const valueCount = all.length - inputs.length;
  return { values: all.slice(0, valueCount), gradients: all.slice(valueCount) };
}

/** Vector-Jacobian product: fn's outputs and, for each input, cotangents pulled back through fn. */
export function vjp(
  fn: TensorFunction,
  inputs: readonly Tensor[],
  cotangents: readonly Tensor[],
): { outputs: Tensor[]; gradients: Tensor[] } {
  const result = binding().vjp(traced(fn), handlesOf(inputs), handlesOf(cotangents));
  return { outputs: wrapAll(result.outputs), gradients: wrapAll(result.gradients) };
}

/** fn's outputs; its activations are computed again in the backward pass (Chen et al. 2016). fn is pure in its inputs. */
export function checkpoint(fn: TensorFunction, inputs: readonly Tensor[]): Tensor[] {
  return wrapAll(binding().checkpoint(traced(fn), handlesOf(inputs)));
}

/** `value`, but computed from no sooner than `earlier` is there: keeps what is needed at once small. */
export function after(value: Tensor, earlier: readonly Tensor[]): Tensor {
  if (earlier.length === 0) return value;
  const [same] = wrapAll(binding().depends([value.handle], handlesOf(earlier)));
  return same as Tensor;
}

/** fn with its own gradient; `backward` gets inputs, cotangents, outputs and returns one gradient for each input. */
export function customVjp(
  fn: TensorFunction,
  backward: (inputs: Tensor[], cotangents: Tensor[], outputs: Tensor[]) => Tensor[],
  inputs: readonly Tensor[],
): Tensor[] {
  let outputCount = 0;
  const forward: TensorFunction = (primals) => {
    const outputs = fn(primals);
    outputCount = outputs.length;
    return outputs;
  };
  const pullback: TensorFunction = (all) => {
    const primals = all.slice(0, inputs.length);
    const cotangents = all.slice(inputs.length, inputs.length + outputCount);
    return backward(primals, cotangents, all.slice(inputs.length + outputCount));
  };
  return wrapAll(binding().customVjp(traced(forward), traced(pullback), handlesOf(inputs)));
}

/** A function that MLX traces once for each set of shapes and dtypes. Call `dispose` when done with it. */
export class Compiled {
  readonly #id: number;

  constructor(fn: TensorFunction, options: { shapeless?: boolean } = {}) {
    this.#id = binding().compile(traced(fn), options.shapeless ?? false);
  }

  call(inputs: readonly Tensor[]): Tensor[] {
    return wrapAll(binding().compiledCall(this.#id, handlesOf(inputs)));
  }

  dispose(): void {
    binding().compileFree(this.#id);
  }
}

/**
 * Whether such functions are compiled here, rather than traced anew at each call: on the CPU MLX needs a C++ compiler for
 * that, and MLX_DISABLE_COMPILE turns it off.
 */
export function compilesFunctions(): boolean {
  let traces = 0;
  const probe = new Compiled(([x]) => {
    traces += 1;
    return [(x as Tensor).add(1)];
  });
  try {
    scope(() => [1, 2].forEach((value) => probe.call([float32([value])])));
  } finally {
    probe.dispose();
  }
  return traces === 1;
}
