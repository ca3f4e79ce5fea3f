// Every event of a run, as written to events.jsonl and sent to whoever watches. Versioned: fields are only added.
// Not how events look to a person; the command line and the studio draw them.
import { z } from "zod";
import { EVENT_SCHEMA_VERSION } from "./log-file.ts";

export { EVENT_SCHEMA_VERSION };

const envelope = {
  /** ISO 8601, UTC. */
  time: z.iso.datetime(),
  runId: z.string(),
  schemaVersion: z.literal(EVENT_SCHEMA_VERSION),
};

const count = z.int().min(0);
const bytes = z.number().min(0);

export const RunStarted = z.object({
  type: z.literal("run-started"),
  ...envelope,
  /** The resolved configuration, keys as in YAML. */
  config: z.record(z.string(), z.unknown()),
  model: z.object({
    name: z.string(),
    architecture: z.string(),
    /** A pre-trained model that was never taught to follow instructions. */
    baseModel: z.boolean(),
  }),
  template: z.string(),
  trainableParameters: count,
  totalParameters: count,
  totalSteps: count,
  dataset: z.object({
    trainFile: z.string(),
    trainRows: count,
    validationRows: count,
    /** Rows of each form: chat, instruction, text. */
    formats: z.record(z.string(), count),
    /** The form was named by the user rather than detected. */
    formatOverride: z.boolean(),
    tokens: count,
    supervisedTokens: count,
    truncatedRows: count,
    droppedRows: count,
  }),
  outputDir: z.string(),
  /** The step a resumed run continues from; null for a new one. */
  resumedFromStep: count.nullable(),
  /** Of a run of several processes, on one machine or on several. */
  workers: z.int().min(2).optional(),
});

export const StepReported = z.object({
  type: z.literal("step-reported"),
  ...envelope,
  step: count,
  epoch: z.number().min(0),
  /** Mean over supervised tokens since the last report; null when not finite. */
  trainLoss: z.number().nullable(),
  /** Other figures of the objective, by name: means since the last report. */
  metrics: z.record(z.string(), z.number()).optional(),
  learningRate: z.number(),
  /** Tokens seen since the run began, all and supervised. */
  tokens: count,
  supervisedTokens: count,
  tokensPerSecond: z.number(),
  stepSeconds: z.number(),
  activeMemoryBytes: bytes,
  peakMemoryBytes: bytes,
  cacheMemoryBytes: bytes.optional(),
  residentBytes: bytes,
  gradientNorm: z.number().nullable().optional(),
  /** Milliseconds in which TypeScript built the last step's graph. */
  graphMilliseconds: z.number().optional(),
});

/** Loss or gradient was infinite or undefined: weights and optimizer stayed as they were, the rows count as seen. */
export const StepSkipped = z.object({
  type: z.literal("step-skipped"),
  ...envelope,
  step: count,
  reason: z.enum(["loss", "gradient"]),
  learningRate: z.number(),
  /** In the whole run, and the last ones without a good step between them. */
  skippedSteps: count,
  inRow: count,
});

export const EvaluationStarted = z.object({
  type: z.literal("evaluation-started"),
  ...envelope,
  step: count,
  batches: count,
});

export const EvaluationFinished = z.object({
  type: z.literal("evaluation-finished"),
  ...envelope,
  step: count,
  validationLoss: z.number(),
  /** Other figures of the objective, by name: means over the validation rows. */
  metrics: z.record(z.string(), z.number()).optional(),
  seconds: z.number().optional(),
});

/** Once, after the last step, where it was asked for. */
export const TestFinished = z.object({
  type: z.literal("test-finished"),
  ...envelope,
  step: count,
  testLoss: z.number(),
  /** e to the loss. */
  testPerplexity: z.number(),
  /** Other figures of the objective, by name: means over the test rows. */
  metrics: z.record(z.string(), z.number()).optional(),
  batches: count,
  seconds: z.number(),
});

/** What the model answers at this step to a few rows, always the same; at step 0 it has learned nothing yet. */
export const SamplesWritten = z.object({
  type: z.literal("samples-written"),
  ...envelope,
  step: count,
  samples: z.array(
    z.object({
      file: z.string(),
      line: count,
      prompt: z.string(),
      /** What the row answers. */
      reference: z.string(),
      text: z.string(),
      tokens: count,
      /** It was cut at the most tokens that were asked for. */
      cut: z.boolean(),
    }),
  ),
  seconds: z.number().min(0),
});

export const CheckpointSaved = z.object({
  type: z.literal("checkpoint-saved"),
  ...envelope,
  step: count,
  path: z.string(),
  /** Of a run at a service: where its weights are there, with the optimizer's state and to be asked. */
  remote: z.object({ runId: z.string(), stateUri: z.string(), samplerUri: z.string() }).optional(),
});

export const Notice = z.object({
  type: z.literal("notice"),
  ...envelope,
  level: z.enum(["info", "warning"]),
  message: z.string(),
});

export const RunCompleted = z.object({
  type: z.literal("run-completed"),
  ...envelope,
  finalTrainingLoss: z.number().nullable(),
  /** null when there were no validation rows. */
  finalValidationLoss: z.number().nullable(),
  totalSteps: count,
  epochsCompleted: z.number().min(0),
  trainableParameters: count,
  totalParameters: count,
  outputDir: z.string(),
  /** Folder of the final adapter; of the model when every weight was trained. */
  adapterPath: z.string(),
  bestStep: count.nullable(),
  /** The step that the final model is of: the last, or the best where that was asked for. */
  modelStep: count.optional(),
  /** It ended before its last step because evaluations had stopped getting better. */
  stoppedEarly: z.boolean().optional(),
  /** Steps that moved nothing because loss or gradient was not finite. */
  skippedSteps: count.optional(),
  /** Of training, evaluating and saving, in all processes that the run took. */
  seconds: z.number().min(0).optional(),
  /** Shapes, rows by positions, of the batches that it trained on and evaluated. */
  shapes: count.optional(),
});

export const RunFailed = z.object({
  type: z.literal("run-failed"),
  ...envelope,
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  problems: z.array(z.string()).optional(),
  /** That of the command that ran it. */
  exitCode: z.int().min(1).max(255).optional(),
});

/** The run was interrupted; `ft train resume` continues it when a checkpoint was written. */
export const RunStopped = z.object({
  type: z.literal("run-stopped"),
  ...envelope,
  step: count,
  checkpointPath: z.string().nullable(),
  outputDir: z.string(),
});

/** One line of a run's events.jsonl, checked. */
export const RunEvent = z.discriminatedUnion("type", [
  RunStarted,
  StepReported,
  StepSkipped,
  EvaluationStarted,
  EvaluationFinished,
  TestFinished,
  SamplesWritten,
  CheckpointSaved,
  Notice,
  RunCompleted,
  RunFailed,
  RunStopped,
]);

export type RunEvent = z.infer<typeof RunEvent>;
export type RunEventType = RunEvent["type"];
export type RunEventOf<T extends RunEventType> = Extract<RunEvent, { type: T }>;
export type RunStartedEvent = RunEventOf<"run-started">;
export type StepReportedEvent = RunEventOf<"step-reported">;
export type EvaluationFinishedEvent = RunEventOf<"evaluation-finished">;
export type SamplesWrittenEvent = RunEventOf<"samples-written">;
export type WrittenSample = SamplesWrittenEvent["samples"][number];
export type RunCompletedEvent = RunEventOf<"run-completed">;
export type RunFailedEvent = RunEventOf<"run-failed">;

type WithoutEnvelope<T> = T extends unknown ? Omit<T, "time" | "runId" | "schemaVersion"> : never;

/** An event before it is stamped: what the code that knows the fact writes. */
export type RunFact = WithoutEnvelope<RunEvent>;

/** Makes the events of one run: adds time, run and schema version. */
export function stampEvent(runId: string, fact: RunFact, now: Date = new Date()): RunEvent {
  const { type, ...rest } = fact;
  const stamped = {
    type,
    time: now.toISOString(),
    runId,
    schemaVersion: EVENT_SCHEMA_VERSION,
    ...rest,
  };
  return stamped as RunEvent;
}
