// The objects of OpenAI's fine-tuning API as answers of ours: names and units are that API's (times in seconds).
import { z } from "zod";
import type { KeptFile } from "../../app/tuning/kept-files.ts";
import {
  runEventsOf,
  type Tuning,
  type TuningCheckpoint,
  type TuningEvent,
  tuningHyperparameters,
} from "../../app/tuning/tunings.ts";
import type { JobStatus } from "../../store/tables.ts";

const Seconds = z.int().describe("Unix time in seconds");

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

export const FileShape = z
  .object({
    id: z.string(),
    object: z.literal("file"),
    bytes: z.int(),
    created_at: Seconds,
    filename: z.string(),
    purpose: z.string(),
    status: z.literal("processed"),
  })
  .meta({ id: "TuningFile" });

export const toldFile = ({ id, bytes, createdAt, name, purpose }: KeptFile) => ({
  ...{ id, object: "file", bytes, created_at: seconds(createdAt), filename: name, purpose },
  status: "processed",
});

const statuses: Readonly<Record<JobStatus, string>> = {
  pending: "queued",
  running: "running",
  paused: "paused",
  completed: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
};

const AnyRecord = z.record(z.string(), z.unknown());

export const TuningShape = z
  .object({
    id: z.string(),
    object: z.literal("fine_tuning.job"),
    created_at: Seconds,
    finished_at: Seconds.nullable(),
    estimated_finish: Seconds.nullable(),
    status: z.enum(["queued", "running", "paused", "succeeded", "failed", "cancelled"]),
    model: z.string(),
    fine_tuned_model: z
      .string()
      .nullable()
      .describe("Folder of the run, for ft serve, ft chat and ft generate"),
    organization_id: z.string(),
    training_file: z.string(),
    validation_file: z.string().nullable(),
    result_files: z.array(z.string()),
    hyperparameters: AnyRecord,
    method: AnyRecord,
    seed: z.int(),
    trained_tokens: z.int().nullable(),
    error: z
      .object({ code: z.string(), message: z.string(), param: z.string().nullable() })
      .nullable(),
    integrations: z.array(z.unknown()),
    metadata: z.record(z.string(), z.string()).nullable(),
  })
  .meta({ id: "TuningJob" });

function trainedTokens(tuning: Tuning): number | null {
  const last = runEventsOf(tuning).findLast((event) => event.type === "step-reported");
  return last?.type === "step-reported" ? last.supervisedTokens : null;
}

export function toldTuning(tuning: Tuning): z.infer<typeof TuningShape> {
  const { id, job, request, folder, config } = tuning;
  const { createdAt, finishedAt, error } = job;
  const hasEnded =
    job.status === "completed" || job.status === "failed" || job.status === "cancelled";
  const hyperparameters = tuningHyperparameters(tuning);
  const type = request.method?.type ?? "supervised";
  return {
    ...{ id, object: "fine_tuning.job", created_at: seconds(createdAt), estimated_finish: null },
    finished_at: hasEnded && finishedAt !== null ? seconds(finishedAt) : null,
    status: statuses[job.status] as "queued",
    model: request.model,
    fine_tuned_model: job.status === "completed" ? folder : null,
    organization_id: "local",
    training_file: request.training_file,
    validation_file: request.validation_file ?? null,
    result_files: [],
    hyperparameters,
    method: { type, [type]: { hyperparameters } },
    seed: Number(config["seed"] ?? 0),
    trained_tokens: hasEnded ? trainedTokens(tuning) : null,
    error: job.status === "failed" ? { code: "failed", message: error ?? "", param: null } : null,
    integrations: [],
    metadata: request.metadata ?? null,
  } as z.infer<typeof TuningShape>;
}

export const EventShape = z
  .object({
    id: z.string(),
    object: z.literal("fine_tuning.job.event"),
    created_at: Seconds,
    level: z.enum(["info", "warn", "error"]),
    message: z.string(),
    type: z.enum(["message", "metrics"]),
    data: z.record(z.string(), z.number().nullable()).nullable(),
  })
  .meta({ id: "TuningEvent" });

export const toldEvent = ({ id, at, level, message, figures }: TuningEvent) => ({
  ...{ id, object: "fine_tuning.job.event", created_at: seconds(at), level, message },
  type: figures === undefined ? "message" : "metrics",
  data: figures ?? null,
});

export const CheckpointShape = z
  .object({
    id: z.string(),
    object: z.literal("fine_tuning.job.checkpoint"),
    created_at: Seconds,
    fine_tuning_job_id: z.string(),
    fine_tuned_model_checkpoint: z.string().describe("Folder of the checkpoint"),
    step_number: z.int(),
    metrics: z.record(z.string(), z.number().nullable()),
  })
  .meta({ id: "TuningCheckpoint" });

export const toldCheckpoint = (
  { id, job }: Tuning,
  { step, path, trainLoss, validationLoss, savedAt }: TuningCheckpoint,
) => ({
  id: `ftckpt-${job.id}-${step}`,
  object: "fine_tuning.job.checkpoint",
  created_at: seconds(savedAt),
  fine_tuning_job_id: id,
  fine_tuned_model_checkpoint: path,
  step_number: step,
  metrics: { step, train_loss: trainLoss, valid_loss: validationLoss },
});

/** A page of a list, as that API has it. */
export const listOf = <Item extends z.ZodType>(item: Item, id: string) =>
  z
    .object({
      object: z.literal("list"),
      data: z.array(item),
      has_more: z.boolean(),
      first_id: z.string().nullable(),
      last_id: z.string().nullable(),
    })
    .meta({ id });

export function toldList<T extends { id: string }>(data: readonly T[], hasMore: boolean) {
  const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null];
  return { object: "list", data, has_more: hasMore, first_id, last_id };
}
