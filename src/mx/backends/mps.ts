// PyTorch's MPS device. MLX reaches the same GPU through Metal, so no addon for it is built.
import { NativeError } from "../../core/errors.ts";
import type { Backend } from "./index.ts";

function notBuilt(): never {
  throw new NativeError("FT-NATIVE-001", {
    message: "the MPS backend is not built",
    hint: "MLX on Metal drives the same GPU",
  });
}

export const mps: Backend = {
  name: "mps",
  isFastInHalf: true,
  unavailable: () => "not built: MLX on Metal drives the same GPU",
  activate: notBuilt,
  memory: notBuilt,
};
