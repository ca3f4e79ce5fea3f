// Which NVIDIA GPU this machine has, as the driver's own program tells it: no library is opened, so that asking is safe where
// there is none. The memory is that of the GPU and not the machine's.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface NvidiaGpu {
  name: string;
  totalBytes: number;
  /** What other programs leave. */
  freeBytes: number;
  driver: string;
  /** Generation of its architecture: 8.9. */
  capability: number;
}

/** What the official libmlx for CUDA 13 asks of a machine. */
export const oldestDriver = 580;
export const oldestCapability = 7.5;

type Variables = Readonly<Record<string, string | undefined>>;

const query = "name,memory.total,memory.free,driver_version,compute_cap";
const mebibyte = 2 ** 20;

/** The first of CUDA_VISIBLE_DEVICES; undefined: none is named, null: none is to be used. */
function wanted(environment: Variables): string | undefined | null {
  const named = environment["CUDA_VISIBLE_DEVICES"];
  if (named === undefined) return undefined;
  const first = named.split(",")[0]?.trim() ?? "";
  return first === "" || first === "-1" ? null : first;
}

/** Where the driver's program is; undefined: there is no driver. */
export function nvidiaProgram(environment: Variables): string | undefined {
  return (environment["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "nvidia-smi"))
    .find((file) => existsSync(file));
}

/** Of a line that nvidia-smi prints. */
export function gpuIn(line: string): NvidiaGpu | undefined {
  const [name = "", total, free, driver = "", capability] = line
    .split(",")
    .map((word) => word.trim());
  const numbers = [total, free, capability].map((word) => Number(word ?? "none"));
  if (name === "" || driver === "" || numbers.some((number) => !Number.isFinite(number)))
    return undefined;
  const [totalMebibytes = 0, freeMebibytes = 0, generation = 0] = numbers;
  return {
    ...{ name, driver, capability: generation },
    totalBytes: totalMebibytes * mebibyte,
    freeBytes: freeMebibytes * mebibyte,
  };
}

/** The GPU that CUDA uses first, or why there is none. Asks anew each time: free memory changes. */
export function findNvidiaGpu(environment: Variables = process.env): NvidiaGpu | string {
  const device = wanted(environment);
  if (device === null) return "CUDA_VISIBLE_DEVICES hides every GPU";
  const program = nvidiaProgram(environment);
  if (program === undefined) return "no NVIDIA driver: nvidia-smi is not on the path";
  const args = [`--query-gpu=${query}`, "--format=csv,noheader,nounits"];
  const { status, stdout, stderr, error } = spawnSync(
    program,
    device === undefined ? args : [...args, `--id=${device}`],
    { encoding: "utf8", timeout: 10_000 },
  );
  const [line = ""] = (stdout ?? "").trim().split("\n");
  if (error !== undefined || status !== 0) {
    const said = (error?.message ?? (stderr.trim() || line)).split("\n")[0] ?? "";
    return `nvidia-smi finds no GPU: ${said === "" ? `it ended with ${status}` : said}`;
  }
  return gpuIn(line) ?? `nvidia-smi tells of no GPU: ${JSON.stringify(line.slice(0, 120))}`;
}

/** Why libmlx cannot use it; undefined: it can. */
export function tooOld({ name, driver, capability }: NvidiaGpu): string | undefined {
  if (Number.parseInt(driver, 10) < oldestDriver)
    return `the driver ${driver} is older than ${oldestDriver}, which CUDA 13 needs`;
  if (capability < oldestCapability)
    return `${name} is of generation ${capability}, MLX needs ${oldestCapability} or newer`;
  return undefined;
}
