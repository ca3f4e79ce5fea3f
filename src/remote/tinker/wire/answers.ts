// What the service answers in JSON, as far as it is read here; more fields may come.
import { z } from "zod";

/** What the service wants of its clients. */
export const ClientConfig = z.object({
  pjwt_auth_enabled: z.boolean().default(false),
  parallel_fwdbwd_chunks: z.boolean().default(true),
  proto_compress_fwdbwd: z.boolean().default(false),
  fwdbwd_max_chunk_len: z.int().min(1).default(1024),
  fwdbwd_max_chunk_bytes_count: z.int().min(1).default(5_000_000),
  billing_exception_max_pause_duration_sec: z.number().min(0).default(3600),
});
export type ClientConfig = z.infer<typeof ClientConfig>;

export const CreatedSession = z.object({
  session_id: z.string(),
  info_message: z.string().nullish(),
  warning_message: z.string().nullish(),
  error_message: z.string().nullish(),
});

export const AuthToken = z.object({ jwt: z.string() });

export const UntypedFuture = z.object({ request_id: z.string(), model_id: z.string().nullish() });

export const Capabilities = z.object({
  supported_models: z.array(
    z.object({
      model_name: z.string().nullish(),
      max_context_length: z.int().nullish(),
      trainable: z.boolean().nullish(),
      sampleable: z.boolean().nullish(),
    }),
  ),
});

export const CreatedModel = z.object({ model_id: z.string() });

export const ModelInfo = z.object({
  model_id: z.string(),
  model_data: z.object({
    arch: z.string().nullish(),
    model_name: z.string().nullish(),
    tokenizer_id: z.string().nullish(),
  }),
  is_lora: z.boolean().nullish(),
  lora_rank: z.int().nullish(),
});

export const SavedPath = z.object({ path: z.string() });

export const SamplingSession = z.object({ sampling_session_id: z.string() });

export const CheckpointAnswer = z.object({
  checkpoint_id: z.string(),
  checkpoint_type: z.enum(["training", "sampler", "external"]),
  time: z.string(),
  tinker_path: z.string(),
  size_bytes: z.number().nullish(),
  public: z.boolean().default(false),
  expires_at: z.string().nullish(),
});
export type CheckpointAnswer = z.infer<typeof CheckpointAnswer>;

export const CheckpointList = z.object({
  checkpoints: z.array(CheckpointAnswer),
  cursor: z.object({ offset: z.int(), limit: z.int(), total_count: z.int() }).nullish(),
});

export const TrainingRunAnswer = z.object({
  training_run_id: z.string(),
  base_model: z.string(),
  is_lora: z.boolean(),
  lora_rank: z.int().nullish(),
  corrupted: z.boolean().default(false),
  last_request_time: z.string(),
  last_checkpoint: CheckpointAnswer.nullish(),
  last_sampler_checkpoint: CheckpointAnswer.nullish(),
});
export type TrainingRunAnswer = z.infer<typeof TrainingRunAnswer>;

export const TrainingRunList = z.object({
  training_runs: z.array(TrainingRunAnswer),
  cursor: z.object({ offset: z.int(), limit: z.int(), total_count: z.int() }),
});

export const WeightsInfo = z.object({
  base_model: z.string(),
  is_lora: z.boolean(),
  lora_rank: z.int().nullish(),
});

export const ArchiveUrl = z.object({ url: z.string(), expires: z.string().nullish() });

export const ExternalUrls = z.object({
  urls: z.record(z.string(), z.string()),
  expires: z.iso.datetime({ offset: true }),
});

export const TryAgain = z.object({
  type: z.literal("try_again"),
  queue_state: z.string().nullish(),
  queue_state_reason: z.string().nullish(),
});

export const FailedFuture = z.object({ error: z.string(), category: z.string().nullish() });
