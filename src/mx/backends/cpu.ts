// MLX on the processor: correct everywhere, the reference for tests, slow for large models.
import { MAIN_ADDON } from "../loader.ts";
import { activateDevice, deviceMemory, type AddonDevice } from "./device.ts";
import type { Backend } from "./index.ts";

const processor: AddonDevice = { addon: MAIN_ADDON, device: "cpu" };

export const cpu: Backend = {
  name: "cpu",
  library: "MLX",
  isFastInHalf: false,
  gathersOneByOne: true,
  unavailable: () => undefined,
  activate: () => activateDevice(processor),
  memory: () => deviceMemory(processor),
};
