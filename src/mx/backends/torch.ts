// The addon over libtorch, which two backends compute with, and how one comes to it: nobody needs it, so set-up builds it
// when asked.
import { type AddonDevice, missingAddon } from "./device.ts";

const ADDON = "ft_native_torch";

export function torchDevice(device: AddonDevice["device"]): AddonDevice {
  return { addon: ADDON, device };
}

/** Why that addon cannot be asked, or undefined. */
export function missingTorch(): string | undefined {
  return missingAddon(ADDON, "./setup.sh torch builds it");
}
