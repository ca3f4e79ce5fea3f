// MLX on an NVIDIA GPU, through an addon of its own that is linked against a libmlx with CUDA. That library says of itself that
// CUDA is there wherever it was built with it: whether there is a GPU is asked of the driver.
import { addon } from "../loader.ts";
import { activateDevice, missingAddon, type AddonDevice } from "./device.ts";
import type { Backend } from "./index.ts";
import { findNvidiaGpu, nvidiaProgram, tooOld } from "./nvidia.ts";

const gpu: AddonDevice = { addon: "ft_native_cuda", device: "gpu" };

/** On most machines there is no driver: then no program is started to ask it. */
function notBuilt(): string | undefined {
  const missing = missingAddon(gpu.addon);
  if (missing === undefined) return undefined;
  const driver = nvidiaProgram(process.env);
  const next =
    driver === undefined
      ? "and there is no NVIDIA driver"
      : "FT_CUDA=1 ./setup.sh native builds it";
  return `${missing}; ${next}`;
}

/** The first reason of what it says: a library that is not there, a driver that is another's. */
function notLoaded(): string | undefined {
  try {
    return addon(gpu.addon).deviceInfo().cuda ? undefined : "this libmlx was built without CUDA";
  } catch (error) {
    const { problems = [], message } = error as Error & { problems?: readonly string[] };
    return `its addon cannot be loaded: ${problems[0] ?? message}`;
  }
}

export const cuda: Backend = {
  name: "cuda",
  library: "MLX",
  isFastInHalf: true,
  unavailable() {
    if (process.platform !== "linux") return `CUDA needs Linux, this is ${process.platform}`;
    const missing = notBuilt();
    if (missing !== undefined) return missing;
    const found = findNvidiaGpu();
    return typeof found === "string" ? found : (tooOld(found) ?? notLoaded());
  },
  activate: () => activateDevice(gpu),
  memory() {
    const found = findNvidiaGpu();
    if (typeof found === "string") return { totalBytes: 0, recommendedBytes: 0 };
    return { totalBytes: found.totalBytes, recommendedBytes: found.freeBytes };
  },
  freeBytes() {
    const found = findNvidiaGpu();
    return typeof found === "string" ? 0 : found.freeBytes;
  },
};
