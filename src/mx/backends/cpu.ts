// MLX on the processor: correct everywhere, the reference for tests, slow for large models.
import { MAIN_ADDON } from "../loader.ts";
import { activateDevice, deviceMemory, type MlxDevice } from "./device.ts";
import type { Backend } from "./index.ts";

const processor: MlxDevice = { addon: MAIN_ADDON, device: "cpu" };

export const cpu: Backend = {
  name: "cpu",
  isFastInHalf: false,
  gathersOneByOne: true,
  unavailable: () => undefined,
  activate: () => activateDevice(processor),
  memory: () => deviceMemory(processor),
};
