// MLX on an Apple GPU through Metal.
import { addon, MAIN_ADDON } from "../loader.ts";
import { activateDevice, deviceMemory, type AddonDevice } from "./device.ts";
import type { Backend } from "./index.ts";

const gpu: AddonDevice = { addon: MAIN_ADDON, device: "gpu" };

export const metal: Backend = {
  name: "mlx",
  library: "MLX",
  isFastInHalf: true,
  unavailable() {
    if (process.platform !== "darwin") return `Metal needs macOS, this is ${process.platform}`;
    if (process.arch !== "arm64") return "Metal needs Apple Silicon (uname -m prints arm64)";
    return addon(gpu.addon).deviceInfo().metal ? undefined : "this libmlx was built without Metal";
  },
  activate: () => activateDevice(gpu),
  memory: () => deviceMemory(gpu),
};
