// Messages of the service as they are read: every type of numbers, answers in JSON, lists in pages, and what does not fit.
import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { checkpointsAt, trainingRuns } from "../../../src/remote/tinker/rest.ts";
import { SamplingClient } from "../../../src/remote/tinker/sampling-client.ts";
import {
  float32Bytes,
  int32Bytes,
  int64Bytes,
  readNumbers,
} from "../../../src/remote/tinker/wire/bytes.ts";
import { readPassMessage } from "../../../src/remote/tinker/wire/forward-backward.ts";
import { DType, ForwardBackwardOutputSchema } from "../../../src/remote/tinker/wire/tinker_pb.ts";
import {
  connection,
  countingDatum,
  fakeTinker,
  openSession,
  trainingClient,
  watched,
} from "../../support/tinker.ts";

test("numbers of every type are read as they were written", () => {
  const halves = Uint8Array.from([0x80, 0x3f, 0x00, 0xc0]);
  expect([...readNumbers(float32Bytes(Float32Array.of(1.5, -2)), DType.DTYPE_FLOAT32)]).toEqual([
    1.5, -2,
  ]);
  expect([...readNumbers(int32Bytes(Int32Array.of(7, -8)), DType.DTYPE_INT32)]).toEqual([7, -8]);
  expect([...readNumbers(int64Bytes([2 ** 40, -1]), DType.DTYPE_INT64)]).toEqual([2 ** 40, -1]);
  expect([...readNumbers(halves, DType.DTYPE_BFLOAT16)]).toEqual([1, -2]);
  expect(() => readNumbers(halves, DType.DTYPE_UNSPECIFIED)).toThrow(/no type of numbers/);
  expect(() => readNumbers(halves.subarray(1), DType.DTYPE_FLOAT32)).toThrow(
    /whole number of elements/,
  );
});

interface Part {
  data: Uint8Array;
  offsets: readonly number[];
  dtype?: DType;
}

const outputOf = (parts: readonly Part[]): Uint8Array =>
  toBinary(
    ForwardBackwardOutputSchema,
    create(ForwardBackwardOutputSchema, {
      lossFnOutputs: parts.map(({ data, offsets, dtype = DType.DTYPE_FLOAT32 }) => ({
        fields: { logprobs: { data, offsets: int64Bytes(offsets), dtype } },
        numDatums: BigInt(offsets.length - 1),
      })),
    }),
  );

test("log-probabilities of several records are told row by row", () => {
  const first = { data: float32Bytes(Float32Array.of(-1, -2, -3)), offsets: [0, 4, 12] };
  const second = {
    data: Uint8Array.from([0x80, 0xbf]),
    offsets: [0, 2],
    dtype: DType.DTYPE_BFLOAT16,
  };
  const { logprobs = [], data } = readPassMessage(outputOf([first, second]));
  expect(logprobs.map((row) => Array.from(row))).toEqual([[-1], [-2, -3], [-1]]);
  expect(data).toBe(3);
});

test("offsets that lead out of the bytes, backwards or into the middle of a number are refused", () => {
  const data = float32Bytes(Float32Array.of(-1, -2));
  for (const offsets of [
    [0, 12],
    [4, 0],
    [-4, 4],
    [0, 2, 8],
  ])
    expect(() => readPassMessage(outputOf([{ data, offsets }])), String(offsets)).toThrow(
      RangeError,
    );
});

test("a service that keeps the losses of tokens to itself still tells their sum", () => {
  const bytes = toBinary(
    ForwardBackwardOutputSchema,
    create(ForwardBackwardOutputSchema, {
      lossFnOutputs: [{ numDatums: 2n }],
      metrics: { "loss:sum": 3 },
    }),
  );
  expect(readPassMessage(bytes)).toEqual({
    logprobs: undefined,
    metrics: { "loss:sum": 3 },
    data: 2,
  });
});

test("results in JSON are read where protobuf was asked for", async () => {
  const fake = await fakeTinker({ answersJson: true });
  const session = await openSession(watched(fake).options);
  const client = await trainingClient(session);
  const { logprobs = [] } = await client.pass([countingDatum(1)]);
  expect(logprobs[0]?.[0]).toBeCloseTo(-Math.log(512), 5);
  const path = await client.saveForSampler("one");
  const sampler = await SamplingClient.open(session, { path });
  const options = { maxTokens: 2, temperature: 0, topP: 1 };
  const { sequences } = await sampler.sample([3], options);
  expect(sequences[0]?.tokens).toHaveLength(2);
  const [none, first] = await sampler.logprobs([3, 4]);
  expect(none).toBeNaN();
  expect(first).toBeCloseTo(-Math.log(512), 5);
});

test("lists are asked for page by page, up to what is wanted", async () => {
  const fake = await fakeTinker({ page: 2 });
  const { options } = watched(fake);
  const session = await openSession(options);
  for (let at = 0; at < 5; at++) await (await trainingClient(session)).saveState(`s${at}`);
  const listing = await connection(options);
  expect(await trainingRuns(listing, 100)).toHaveLength(5);
  expect(await trainingRuns(listing, 3)).toHaveLength(3);
  const found = await checkpointsAt(listing, { limit: 4 });
  expect(found.map(({ checkpoint_id: id }) => id)).toEqual([
    "weights/s4",
    "weights/s3",
    "weights/s2",
    "weights/s1",
  ]);
});

test("what a session is greeted with is told", async () => {
  const greeting = { info_message: "maintenance tonight", warning_message: "an old protocol" };
  const fake = await fakeTinker({ greeting });
  const { options, notices } = watched(fake);
  await openSession(options);
  expect(notices).toEqual(["maintenance tonight", "an old protocol"]);
});
