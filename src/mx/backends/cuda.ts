// MLX on an NVIDIA GPU, when the addon was built against a libmlx with CUDA.
import { binding } from "../loader.ts";
import type { Backend } from "./index.ts";

export const cuda: Backend = {
  name: "cuda",
  isFastInHalf: true,
  unavailable() {
    if (process.platform !== "linux") return `CUDA needs Linux, this is ${process.platform}`;
    return binding().deviceInfo().cuda ? undefined : "this libmlx was built without CUDA";
  },
  activate() {
    binding().setDefaultDevice("gpu");
  },
};
