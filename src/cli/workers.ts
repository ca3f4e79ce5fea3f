// `--workers` and `--hosts` of commands that train: several processes that are one, here or on several machines.
import { z } from "zod";
import { readHostsFile, workersHere } from "../app/train/crew/hosts-file.ts";
import type { CrewPlan } from "../app/train/crew/train-crew.ts";
import { UsageError } from "../core/errors.ts";
import { flags } from "../core/flags.ts";
import { formatBytes } from "../core/units.ts";
import type { Io } from "./io.ts";
import type { RunningOptions } from "./training.ts";

/** More than a machine has use for is a slip of the pen. */
const most = 64;

export const WorkerOptions = z.strictObject({
  workers: z
    .int()
    .min(1)
    .max(most)
    .default(1)
    .describe("Processes on this machine that train one model, each on its part of every batch")
    .register(flags, { value: "N" }),
  hosts: z
    .string()
    .optional()
    .describe("Train on several machines: a file as mlx.launch reads it, this machine first")
    .register(flags, { value: "FILE" }),
});
export type WorkerOptions = z.infer<typeof WorkerOptions>;

/** Several workers, where they are asked for. Throws UsageError FT-USAGE-008 for what has no meaning for several. */
export function crewFrom(
  options: WorkerOptions & RunningOptions,
  io: Io,
  elsewhere: readonly string[] = [],
): CrewPlan | undefined {
  const { workers, hosts, isolate, profileRun, extension } = options;
  if (workers === 1 && hosts === undefined) return undefined;
  const given = [
    ...(workers > 1 && hosts !== undefined ? ["--workers beside --hosts"] : []),
    ...(extension.length > 0 && hosts !== undefined ? ["--extension on other machines"] : []),
    ...elsewhere,
    ...(isolate ? [] : ["--no-isolate"]),
    ...(profileRun ? ["--profile-run"] : []),
  ];
  if (given.length > 0) {
    throw new UsageError("FT-USAGE-008", {
      message: `several workers take no ${given.join(", ")}`,
      hint: "leave it out, or train with one worker",
    });
  }
  return {
    hosts: hosts === undefined ? workersHere(workers) : readHostsFile(hosts),
    environment: io.environment,
    onCopy: ({ path, bytes }, host) =>
      io.note(`copying ${path}, ${formatBytes(bytes)}, to ${host}`),
  };
}
