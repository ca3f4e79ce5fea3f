// PyTorch's MPS device on an Apple GPU, through the addon over libtorch: for Macs on which MLX finds no Metal.
import { addon } from "../loader.ts";
import { activateDevice, deviceMemory } from "./device.ts";
import type { Backend } from "./index.ts";
import { missingTorch, torchDevice } from "./torch.ts";

const gpu = torchDevice("gpu");

export const mps: Backend = {
  name: "mps",
  library: "libtorch",
  isFastInHalf: true,
  unavailable() {
    if (process.platform !== "darwin") return `MPS needs macOS, this is ${process.platform}`;
    const missing = missingTorch();
    if (missing !== undefined) return missing;
    return addon(gpu.addon).deviceInfo().metal ? undefined : "this libtorch finds no MPS device";
  },
  activate: () => activateDevice(gpu),
  memory: () => deviceMemory(gpu),
};
