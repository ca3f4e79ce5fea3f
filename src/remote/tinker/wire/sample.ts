// What the service answers to a prompt: tokens and how likely each was.
import { fromBinary } from "@bufbuild/protobuf";
import { z } from "zod";
import { readFloat32, readInt32 } from "./bytes.ts";
import { SampleResponseSchema, StopReason } from "./tinker_pb.ts";

export interface SampledText {
  tokens: readonly number[];
  logprobs: readonly number[] | undefined;
  /** It ended by itself, rather than at the most tokens. */
  stopped: boolean;
}

export interface SampleOutput {
  sequences: readonly SampledText[];
  /** Of each token of the prompt; NaN where there is none, as for the first. */
  promptLogprobs: readonly number[] | undefined;
}

/** Throws Error for what is no such message. */
export function readSampleMessage(bytes: Uint8Array): SampleOutput {
  const { sequences, promptLogprobs } = fromBinary(SampleResponseSchema, bytes);
  return {
    sequences: sequences.map(({ tokens, logprobs, stopReason }) => ({
      tokens: [...readInt32(tokens)],
      logprobs: logprobs === undefined ? undefined : [...readFloat32(logprobs)],
      stopped: stopReason === StopReason.STOP,
    })),
    promptLogprobs: promptLogprobs === undefined ? undefined : [...readFloat32(promptLogprobs)],
  };
}

const JsonSample = z.object({
  sequences: z.array(
    z.object({
      stop_reason: z.enum(["stop", "length"]),
      tokens: z.array(z.int()),
      logprobs: z.array(z.number()).nullish(),
    }),
  ),
  prompt_logprobs: z.array(z.number().nullable()).nullish(),
});

/** Throws ZodError for what is no such answer. */
export function readSampleJson(value: unknown): SampleOutput {
  const { sequences, prompt_logprobs: prompt } = JsonSample.parse(value);
  return {
    sequences: sequences.map(({ tokens, logprobs, stop_reason }) => ({
      ...{ tokens, logprobs: logprobs ?? undefined, stopped: stop_reason === "stop" },
    })),
    promptLogprobs: prompt?.map((one) => one ?? Number.NaN),
  };
}
