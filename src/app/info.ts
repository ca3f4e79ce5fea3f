// What this machine offers: the backend and why it was chosen, memory, versions.
// Answers without the addon too, and then says what is missing.
import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { FtError } from "../core/errors.ts";
import { packageRoot } from "../core/paths.ts";

export interface Info {
  /** null when nothing can compute. */
  backend: string | null;
  /** Why this one and not those before it; or what is missing. */
  backendReason: string;
  /** What mends a missing backend. */
  hint: string | null;
  device: string | null;
  /** That computes: MLX or libtorch. */
  library: string | null;
  /** Of that library. */
  mlxVersion: string | null;
  blas: string | null;
  /** That share the work on the CPU; null when nothing can compute. */
  threads: number | null;
  memoryBytes: number;
  /** What the device recommends to keep resident; null without a device. */
  recommendedBytes: number | null;
  dtypes: string[];
  platform: string;
  node: string;
  version: string;
}

export function productVersion(): string {
  const manifest = readFileSync(join(packageRoot(), "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

type DeviceFacts = Pick<
  Info,
  | "backend"
  | "backendReason"
  | "hint"
  | "device"
  | "library"
  | "mlxVersion"
  | "blas"
  | "threads"
  | "memoryBytes"
  | "recommendedBytes"
  | "dtypes"
>;

const TRAINING_DTYPES = ["float32", "float16", "bfloat16"];

async function deviceFacts(): Promise<DeviceFacts> {
  const { describeBackend } = await import("../mx/backends/index.ts");
  const { binding } = await import("../mx/loader.ts");
  const { backend, reason, mlxVersion, blas, threads } = describeBackend();
  const device = binding().deviceInfo();
  const memory = backend.memory();
  return {
    backend: backend.name,
    backendReason: reason,
    hint: null,
    device: device.name === "" ? device.device : `${device.device} (${device.name})`,
    library: backend.library,
    mlxVersion,
    blas,
    threads,
    memoryBytes: memory.totalBytes,
    recommendedBytes: memory.recommendedBytes,
    dtypes: TRAINING_DTYPES,
  };
}

function without(error: FtError): DeviceFacts {
  return {
    backend: null,
    backendReason: error.message,
    hint: error.hint ?? null,
    device: null,
    library: null,
    mlxVersion: null,
    blas: null,
    threads: null,
    memoryBytes: totalmem(),
    recommendedBytes: null,
    dtypes: [],
  };
}

export async function describeMachine(): Promise<Info> {
  let facts: DeviceFacts;
  try {
    facts = await deviceFacts();
  } catch (error) {
    if (!(error instanceof FtError)) throw error;
    facts = without(error);
  }
  return {
    ...facts,
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    version: productVersion(),
  };
}
