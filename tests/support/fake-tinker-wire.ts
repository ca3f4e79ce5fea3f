// Messages of the fake service: what came, decoded, and what goes out.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  float32Bytes,
  int32Bytes,
  int64Bytes,
  readInt32,
  readNumbers,
} from "../../src/remote/tinker/wire/bytes.ts";
import {
  type Datum,
  DType,
  ForwardBackwardOutputSchema,
  ForwardBackwardRequestSchema,
  SampleResponseSchema,
  StopReason,
} from "../../src/remote/tinker/wire/tinker_pb.ts";
import type { FakeDatum } from "./fake-tinker-model.ts";

export interface FakePass {
  model_id: string;
  seq_id: number;
  loss_fn: string;
  forward_only: boolean;
  data: FakeDatum[];
}

function numbersOf({ lossFnInputs }: Datum, name: string): number[] {
  const tensor = lossFnInputs[name];
  if (tensor?.encoding.case !== "dense") throw new Error(`no dense ${name}`);
  const numbers = Array.from(readNumbers(tensor.encoding.value, tensor.dtype));
  if (Number(tensor.shape[0]) !== numbers.length) throw new Error(`${name} is not of its shape`);
  return numbers;
}

function datumOf(datum: Datum): FakeDatum {
  const tokens = datum.modelInput.flatMap(({ chunk }) =>
    chunk.case === "encodedText" ? [...readInt32(chunk.value.tokens)] : [],
  );
  return {
    tokens,
    targets: numbersOf(datum, "target_tokens"),
    weights: numbersOf(datum, "weights"),
  };
}

export function passOf(bytes: Uint8Array): FakePass {
  const { modelId, seqId, data, lossFn, forwardOnly } = fromBinary(
    ForwardBackwardRequestSchema,
    bytes,
  );
  return {
    ...{ model_id: modelId, seq_id: seqId, loss_fn: lossFn, forward_only: forwardOnly },
    data: data.map(datumOf),
  };
}

interface JsonTensor {
  data: number[];
}

/** The same as services of before were sent it. */
export function passOfJson(body: Record<string, unknown>): FakePass {
  const isForward = "forward_input" in body;
  const input = (isForward ? body["forward_input"] : body["forward_backward_input"]) as {
    data: {
      model_input: { chunks: { tokens: number[] }[] };
      loss_fn_inputs: Record<string, JsonTensor>;
    }[];
    loss_fn: string;
  };
  return {
    ...{ model_id: body["model_id"] as string, seq_id: body["seq_id"] as number },
    ...{ loss_fn: input.loss_fn, forward_only: isForward },
    data: input.data.map(({ model_input, loss_fn_inputs }) => ({
      tokens: model_input.chunks.flatMap(({ tokens }) => tokens),
      targets: loss_fn_inputs["target_tokens"]?.data ?? [],
      weights: loss_fn_inputs["weights"]?.data ?? [],
    })),
  };
}

export function passMessageOf(
  logprobs: readonly number[][],
  metrics: Record<string, number>,
): Uint8Array {
  const flat = Float32Array.from(logprobs.flat());
  const ends = logprobs.map(({ length }) => 4 * length);
  const offsets = [0];
  for (const size of ends) offsets.push((offsets.at(-1) ?? 0) + size);
  const field = {
    data: float32Bytes(flat),
    offsets: int64Bytes(offsets),
    dtype: DType.DTYPE_FLOAT32,
  };
  const message = create(ForwardBackwardOutputSchema, {
    lossFnOutputType: "ArrayRecord",
    lossFnOutputs: [
      { typeTag: "logprobs", fields: { logprobs: field }, numDatums: BigInt(logprobs.length) },
    ],
    metrics,
  });
  return toBinary(ForwardBackwardOutputSchema, message);
}

export const passJsonOf = (
  logprobs: readonly number[][],
  metrics: Record<string, number>,
): object => ({
  loss_fn_output_type: "ArrayRecord",
  loss_fn_outputs: logprobs.map((data) => ({
    logprobs: { data, dtype: "float32", shape: [data.length] },
  })),
  metrics,
});

export interface FakeSampled {
  tokens: readonly number[];
  logprobs: readonly number[];
  stopped: boolean;
}

export function sampleMessageOf(
  { tokens, logprobs, stopped }: FakeSampled,
  prompt: readonly number[] | undefined,
): Uint8Array {
  const message = create(SampleResponseSchema, {
    sequences: [
      {
        stopReason: stopped ? StopReason.STOP : StopReason.LENGTH,
        tokens: int32Bytes(Int32Array.from(tokens)),
        logprobs: float32Bytes(Float32Array.from(logprobs)),
      },
    ],
    ...(prompt && { promptLogprobs: float32Bytes(Float32Array.from(prompt)) }),
  });
  return toBinary(SampleResponseSchema, message);
}

export const sampleJsonOf = (
  sampled: FakeSampled,
  prompt: readonly number[] | undefined,
): object => ({
  sequences: [{ ...sampled, stop_reason: sampled.stopped ? "stop" : "length" }],
  prompt_logprobs: prompt?.map((one) => (Number.isNaN(one) ? null : one)) ?? null,
});
