// The surface of mx/: tensors, operations, transforms, scopes, memory. Everything above imports from here.
export {
  type ActiveBackend,
  type Backend,
  type BackendChoice,
  describeBackend,
} from "./backends/index.ts";
export * from "./distributed.ts";
export type { Axes, Dtype, Memory, Shape } from "./binding.ts";
export * from "./io.ts";
export * from "./low-rank.ts";
export * from "./memory.ts";
export * from "./ops.ts";
export * from "./quantized.ts";
export * from "./random.ts";
export * from "./recurrences.ts";
export {
  carry,
  dispose,
  liveTensors,
  retain,
  scope,
  type TensorHolder,
  tensorsIn,
} from "./scope.ts";
export { type Operand, Tensor } from "./tensor.ts";
export * from "./transforms.ts";
