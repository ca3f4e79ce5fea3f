// MLX on an NVIDIA GPU, through an addon of its own that is linked against a libmlx with CUDA.
import { addon } from "../loader.ts";
import { activateDevice, deviceMemory, missingAddon, type AddonDevice } from "./device.ts";
import type { Backend } from "./index.ts";

const gpu: AddonDevice = { addon: "ft_native_cuda", device: "gpu" };

export const cuda: Backend = {
  name: "cuda",
  library: "MLX",
  isFastInHalf: true,
  unavailable() {
    if (process.platform !== "linux") return `CUDA needs Linux, this is ${process.platform}`;
    const missing = missingAddon(gpu.addon);
    if (missing !== undefined) return missing;
    return addon(gpu.addon).deviceInfo().cuda ? undefined : "this libmlx was built without CUDA";
  },
  activate: () => activateDevice(gpu),
  memory: () => deviceMemory(gpu),
};
