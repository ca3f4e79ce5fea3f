// A pass over rows as it is sent and answered: in protobuf, and in the JSON of services that know no other.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { z } from "zod";
import { float32Bytes, int32Bytes, int64Bytes, readInt64, readNumbers, widthOf } from "./bytes.ts";
import {
  type BatchedTensor,
  DatumSchema,
  type Datum as DatumMessage,
  DType,
  ForwardBackwardOutputSchema,
  ForwardBackwardRequestSchema,
} from "./tinker_pb.ts";

/** What is learned from one sequence: position t reads `tokens[t]` and is to say `targets[t]`, which counts `weights[t]`. */
export interface Datum {
  tokens: Int32Array;
  targets: Int32Array;
  weights: Float32Array;
}

export interface Pass {
  modelId: string;
  seqId: number;
  data: readonly Datum[];
  /** Losses only: nothing is learned. */
  forwardOnly: boolean;
}

export interface PassOutput {
  /** Of each datum, in order: what it said of each target. Absent where the service keeps them to itself. */
  logprobs: readonly ArrayLike<number>[] | undefined;
  /** Named `what:how`, how being mean, sum, min, max and the like. */
  metrics: Readonly<Record<string, number>>;
  /** How many sequences they are of. */
  data: number;
}

const LOSS = "cross_entropy";

function datumMessage({ tokens, targets, weights }: Datum): DatumMessage {
  const shape = [BigInt(targets.length)];
  const dense = (value: Uint8Array, dtype: DType) => ({
    encoding: { case: "dense" as const, value },
    ...{ dtype, shape },
  });
  return create(DatumSchema, {
    modelInput: [{ chunk: { case: "encodedText", value: { tokens: int32Bytes(tokens) } } }],
    lossFnInputs: {
      target_tokens: dense(int64Bytes(targets), DType.DTYPE_INT64),
      weights: dense(float32Bytes(weights), DType.DTYPE_FLOAT32),
    },
  });
}

/** Bytes of a datum's numbers in protobuf: what the service limits a request by. */
export const datumBytes = ({ tokens, targets, weights }: Datum): number =>
  4 * tokens.length + 8 * targets.length + 4 * weights.length;

export function passMessage({ modelId, seqId, data, forwardOnly }: Pass): Uint8Array {
  const message = create(ForwardBackwardRequestSchema, {
    ...{ modelId, seqId, forwardOnly, lossFn: LOSS },
    data: data.map(datumMessage),
  });
  return toBinary(ForwardBackwardRequestSchema, message);
}

/** The same for services of before: `forward` has an address of its own there. */
export function passJson({ modelId, seqId, data, forwardOnly }: Pass): {
  path: string;
  body: object;
} {
  const input = {
    data: data.map(({ tokens, targets, weights }) => ({
      model_input: { chunks: [{ type: "encoded_text", tokens: [...tokens] }] },
      loss_fn_inputs: {
        target_tokens: { data: [...targets], dtype: "int64", shape: [targets.length] },
        weights: { data: [...weights], dtype: "float32", shape: [weights.length] },
      },
    })),
    loss_fn: LOSS,
  };
  const named = { model_id: modelId, seq_id: seqId };
  return forwardOnly
    ? { path: "/api/v1/forward", body: { forward_input: input, ...named, type: "forward" } }
    : {
        path: "/api/v1/forward_backward",
        body: { forward_backward_input: input, ...named, type: "forward_backward" },
      };
}

/** The part of each datum. Throws RangeError where the offsets do not fit the bytes. */
function parted({ data, offsets, dtype }: BatchedTensor): ArrayLike<number>[] {
  const width = widthOf(dtype);
  const ends = readInt64(offsets);
  return ends.slice(1).map((end, at) => {
    const start = ends[at] ?? 0;
    if (start < 0 || end < start || end > data.length || start % width !== 0)
      throw new RangeError(`numbers from byte ${start} to ${end} of ${data.length}`);
    return readNumbers(data.subarray(start, end), dtype);
  });
}

/** Throws Error for what is no such message. */
export function readPassMessage(bytes: Uint8Array): PassOutput {
  const output = fromBinary(ForwardBackwardOutputSchema, bytes);
  const parts = output.lossFnOutputs.map(({ fields }) => fields["logprobs"]);
  const logprobs = parts.flatMap((part) => (part === undefined ? [] : parted(part)));
  const named = output.lossFnOutputs.reduce((sum, { numDatums }) => sum + Number(numDatums), 0);
  const has = parts.length > 0 && parts.every((part) => part !== undefined);
  return {
    logprobs: has ? logprobs : undefined,
    metrics: { ...output.metrics },
    data: named === 0 ? logprobs.length : named,
  };
}

const JsonOutput = z.object({
  loss_fn_outputs: z.array(z.record(z.string(), z.object({ data: z.array(z.number()) }).loose())),
  metrics: z.record(z.string(), z.number()).default({}),
});

/** Throws ZodError for what is no such answer. */
export function readPassJson(value: unknown): PassOutput {
  const { loss_fn_outputs: outputs, metrics } = JsonOutput.parse(value);
  const found = outputs.map((one) => one["logprobs"]?.data);
  const logprobs = found.filter((one) => one !== undefined);
  return {
    logprobs: logprobs.length === outputs.length ? logprobs : undefined,
    ...{ metrics, data: outputs.length },
  };
}
