// Decides which device computes: MLX on Metal, then MPS, then CUDA, then the CPU, and says why. Another one on the CPU is
// there for whoever names it.
// Each backend is one file and one line here; a backend answers for itself whether it is there.
import { ConfigError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { binding } from "../loader.ts";
import { cpuTorch } from "./cpu-torch.ts";
import { cpu } from "./cpu.ts";
import { cuda } from "./cuda.ts";
import { metal } from "./metal.ts";
import { mps } from "./mps.ts";

export interface Backend {
  readonly name: string;
  /** That computes, as people know it. */
  readonly library: string;
  /** Computes in 16 bits at least as fast as in 32. */
  readonly isFastInHalf: boolean;
  /** Gathered products are made one after another: several rows in each are then worth some that are not needed. */
  readonly gathersOneByOne?: true;
  /** Undefined when it can be used, else why not. */
  unavailable(): string | undefined;
  /** Makes its addon and its device the ones that compute in this process. */
  activate(): void;
  /** Of its own device. */
  memory(): BackendMemory;
  /** Of a device with memory of its own, what other programs leave of that. Absent: it shares the machine's. */
  freeBytes?(): number;
}

export interface BackendMemory {
  totalBytes: number;
  /** What the device recommends to keep resident. */
  recommendedBytes: number;
}

export interface BackendChoice {
  backend: Backend;
  /** Why this one, and why not those before it. */
  reason: string;
}

/** The backend in use, and the libraries it computes with. */
export interface ActiveBackend extends BackendChoice {
  mlxVersion: string;
  blas: string;
  /** That share the work on the CPU. */
  threads: number;
}

/** In order of preference. */
export const backends: readonly Backend[] = [metal, mps, cuda, cpu, cpuTorch];

function named(name: string, order: readonly Backend[]): BackendChoice {
  const backend = order.find((candidate) => candidate.name === name);
  const names = order.map((candidate) => candidate.name);
  if (backend === undefined) {
    throw new ConfigError("FT-CONFIG-BACKEND", {
      message: `Unknown backend '${name}'. Valid options: [${names.join(", ")}]`,
      hint: `FT_BACKEND=${nearest(name, names) ?? "cpu"}`,
    });
  }
  const reason = backend.unavailable();
  if (reason !== undefined) {
    throw new ConfigError("FT-CONFIG-BACKEND", {
      message: `backend '${name}' cannot be used: ${reason}`,
      hint: "unset FT_BACKEND to let ft choose",
    });
  }
  return { backend, reason: "asked for by FT_BACKEND" };
}

/** The first available backend, or the one named by `wanted` (FT_BACKEND). Tests pass an order of fakes. */
export function chooseBackend(
  wanted: string | undefined,
  order: readonly Backend[] = backends,
): BackendChoice {
  if (wanted !== undefined && wanted !== "") return named(wanted, order);
  const passedOver: string[] = [];
  for (const backend of order) {
    const reason = backend.unavailable();
    if (reason === undefined) {
      const why = passedOver.length === 0 ? "first in order" : passedOver.join("; ");
      return { backend, reason: why };
    }
    passedOver.push(`${backend.name}: ${reason}`);
  }
  throw new ConfigError("FT-CONFIG-BACKEND", {
    message: `no backend can be used: ${passedOver.join("; ")}`,
    hint: "ft info shows what was found",
  });
}

let active: ActiveBackend | undefined;

/** The backend of this process, chosen and activated at the first call. */
export function describeBackend(): ActiveBackend {
  if (active === undefined) {
    const choice = chooseBackend(process.env["FT_BACKEND"]);
    choice.backend.activate();
    const { mlx, blas } = binding().version();
    active = { ...choice, mlxVersion: mlx, blas, threads: binding().threads() };
  }
  return active;
}
