// What backends have in common that are a device of an addon.
import { existsSync } from "node:fs";
import { addon, addonFile, useAddon } from "../loader.ts";
import type { BackendMemory } from "./index.ts";

export interface AddonDevice {
  /** Name of the addon, as built: `build/Release/NAME.node`. */
  addon: string;
  device: "cpu" | "gpu";
}

export function activateDevice({ addon: name, device }: AddonDevice): void {
  useAddon(name).setDefaultDevice(device);
}

/** Asked of the device in use: call it when the backend is active. */
export function deviceMemory({ addon: name }: AddonDevice): BackendMemory {
  const { memoryBytes: totalBytes, recommendedBytes } = addon(name).deviceInfo();
  return { totalBytes, recommendedBytes };
}

/** Why a backend's addon cannot be asked, or undefined. `builder`: the command that builds it, where there is one. */
export function missingAddon(name: string, builder = ""): string | undefined {
  const file = addonFile(name);
  if (existsSync(file)) return undefined;
  return builder === "" ? `its addon is not built (${file})` : `its addon is not built: ${builder}`;
}
