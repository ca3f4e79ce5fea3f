// libtorch on the processor: what shows, on every machine, that the addon over it computes what MLX does.
// Never taken by itself: MLX on the processor is always there, before it and faster.
import { activateDevice, deviceMemory } from "./device.ts";
import type { Backend } from "./index.ts";
import { missingTorch, torchDevice } from "./torch.ts";

const processor = torchDevice("cpu");

export const cpuTorch: Backend = {
  name: "cpu-torch",
  library: "libtorch",
  isFastInHalf: false,
  unavailable: missingTorch,
  activate: () => activateDevice(processor),
  memory: () => deviceMemory(processor),
};
