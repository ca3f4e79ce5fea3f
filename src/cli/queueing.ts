// `--queue` of the commands that train: the run is checked and put into the queue, and a worker trains it.
import { z } from "zod";
import type { PresetName } from "../app/config/presets.ts";
import { loadExtensions } from "../app/extensions.ts";
import type { QueueOptions as HowToQueue } from "../app/jobs/queue-runs.ts";
import { ExitCode, UsageError } from "../core/errors.ts";
import { priorityOption } from "./commands/job-argument.ts";
import type { CommandInput } from "./define-command.ts";
import type { Io } from "./io.ts";
import { resolveInput, type RunningOptions, type TrainOptions, withPipedData } from "./training.ts";

export const QueueOptions = z.strictObject({
  queue: z
    .boolean()
    .default(false)
    .describe("Check the run and add it to the queue; ft jobs work trains queued runs one by one"),
  priority: priorityOption,
});

type Queueing = z.infer<typeof QueueOptions>;

export function howToQueue({
  extension: extensions,
  force,
  profileRun: profile,
  caffeinate,
  priority,
}: RunningOptions & Queueing): HowToQueue {
  return { extensions, force, profile, maySleep: !caffeinate, priority };
}

/** Throws UsageError FT-USAGE-008 for what has no meaning in the queue. */
function requireQueueable({ resume, dryRun, isolate, retry }: TrainOptions): void {
  const given = [
    ...(resume === undefined ? [] : ["--resume"]),
    ...(dryRun ? ["--dry-run"] : []),
    ...(isolate ? [] : ["--no-isolate"]),
    ...(retry ? ["--retry"] : []),
  ];
  if (given.length === 0) return;
  throw new UsageError("FT-USAGE-008", {
    message: `--queue takes no ${given.join(", ")}: a job is trained in a process of its own, and a crash tried again`,
    hint: "leave it out, or leave --queue out",
  });
}

/** Checks the run and makes a job of it. */
export async function queueTraining(
  input: CommandInput<"model" | "dataset", TrainOptions & Queueing>,
  preset: PresetName,
  io: Io,
): Promise<number> {
  requireQueueable(input.options);
  await loadExtensions(input.options.extension);
  const resolved = await withPipedData(resolveInput(input, preset, io), io);
  const { queueRun } = await import("../app/jobs/queue-runs.ts");
  const job = await queueRun(io.environment, resolved, howToQueue(input.options));
  const { output_dir } = resolved.config;
  io.show({ job }, () => `${job.id} ${job.title}: in the queue, into ${output_dir}`);
  io.note(`ft jobs work trains what is in the queue; ft jobs follow ${job.id} watches`);
  return ExitCode.ok;
}
