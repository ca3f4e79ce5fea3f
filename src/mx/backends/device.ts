// What backends that are an MLX device have in common: an addon, and a device of it.
import { existsSync } from "node:fs";
import { addon, addonFile, useAddon } from "../loader.ts";
import type { BackendMemory } from "./index.ts";

export interface MlxDevice {
  /** Name of the addon, as built: `build/Release/NAME.node`. */
  addon: string;
  device: "cpu" | "gpu";
}

export function activateDevice({ addon: name, device }: MlxDevice): void {
  useAddon(name).setDefaultDevice(device);
}

/** Asked of the device in use: call it when the backend is active. */
export function deviceMemory({ addon: name }: MlxDevice): BackendMemory {
  const { memoryBytes: totalBytes, recommendedBytes } = addon(name).deviceInfo();
  return { totalBytes, recommendedBytes };
}

/** Why a backend's addon cannot be asked, or undefined. */
export function missingAddon(name: string): string | undefined {
  const file = addonFile(name);
  return existsSync(file) ? undefined : `its addon is not built (${file})`;
}
