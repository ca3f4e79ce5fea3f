// MLX on an Apple GPU through Metal.
import { binding } from "../loader.ts";
import type { Backend } from "./index.ts";

export const metal: Backend = {
  name: "mlx",
  isFastInHalf: true,
  unavailable() {
    if (process.platform !== "darwin") return `Metal needs macOS, this is ${process.platform}`;
    if (process.arch !== "arm64") return "Metal needs Apple Silicon (uname -m prints arm64)";
    return binding().deviceInfo().metal ? undefined : "this libmlx was built without Metal";
  },
  activate() {
    binding().setDefaultDevice("gpu");
  },
};
