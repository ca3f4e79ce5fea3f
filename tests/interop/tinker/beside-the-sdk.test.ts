// Tinker's own client beside ours, doing the same work against the same service of the tests: the order of requests, their
// bodies decoded, their headers, and what comes of it. What differs is written down here and nothing else may.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fileUrls, offeredModels, weightsInfo } from "../../../src/remote/tinker/rest.ts";
import { SamplingClient } from "../../../src/remote/tinker/sampling-client.ts";
import { TrainingClient } from "../../../src/remote/tinker/training-client.ts";
import { parseUri } from "../../../src/remote/tinker/uri.ts";
import type { FakeTinker, TinkerAsked, TinkerTrouble } from "../../support/fake-tinker.ts";
import {
  adam,
  connection,
  countingDatum,
  fakeTinker,
  lora,
  openSession,
  watched,
} from "../../support/tinker.ts";

const python = process.env["FT_TINKER_PYTHON"] ?? "";
const script = fileURLToPath(new URL("sdk_work.py", import.meta.url));
const data = [0, 10, 20].map((start) => countingDatum(start));
const rows = data.map(({ tokens, targets, weights }) => ({
  ...{ tokens: [...tokens], targets: [...targets], weights: [...weights] },
}));

interface Outcome {
  models: (string | null)[];
  passes: number[][][];
  answer: number[];
  likely: (number | null)[];
  base: string;
  files: string[];
}

async function theirs(fake: FakeTinker): Promise<Outcome> {
  const env = {
    ...process.env,
    ...fake.environment(),
    TINKER_TELEMETRY: "0",
    HOME: "/nonexistent",
  };
  const { stdout } = await promisify(execFile)(python, [script, JSON.stringify(rows)], { env });
  return JSON.parse(stdout) as Outcome;
}

const plain = (all: readonly ArrayLike<number>[] | undefined): number[][] =>
  (all ?? []).map((one) => Array.from(one));

async function ours(fake: FakeTinker): Promise<Outcome> {
  const { options: how } = watched(fake);
  const session = await openSession(how);
  const client = await TrainingClient.create(session, {
    base: "Qwen/Qwen3-8B",
    lora,
    wire: "protobuf",
  });
  const passes: number[][][] = [];
  for (let step = 0; step < 3; step++) {
    const [passed] = await Promise.all([client.pass(data), client.step(adam)]);
    passes.push(plain(passed.logprobs));
  }
  passes.push(plain((await client.pass(data, { forwardOnly: true })).logprobs));
  const path = await client.saveState("three");
  const sampler = await client.saveForSampler("three");
  const again = await TrainingClient.load(session, { path, wire: "protobuf" });
  const [passed] = await Promise.all([again.pass(data), again.step(adam)]);
  passes.push(plain(passed.logprobs));
  const external = await again.saveExternal("files", 3600);
  const sampling = await SamplingClient.open(session, { path: sampler });
  const options = { maxTokens: 3, temperature: 0, topP: 1, seed: 1, stop: [2] };
  const { sequences } = await sampling.sample([3, 4], options);
  const likely = await sampling.logprobs([4, 5, 6]);
  // what is there is asked through a connection of its own, as theirs is
  const listing = await connection(how);
  const { base } = await weightsInfo(listing, sampler);
  const models = (await offeredModels(listing)).map(({ name }) => name);
  const files = Object.keys(await fileUrls(listing, parseUri(external))).toSorted();
  return {
    ...{ models, passes, base, files },
    answer: [...(sequences[0]?.tokens ?? [])],
    likely: likely.map((one) => (Number.isNaN(one) ? null : one)),
  };
}

/** Asked for by time rather than by work; or of no use to us: settings that change, telemetry, what a sampler is. */
const aside =
  /\/(?:session_heartbeat|retrieve_future|client\/dynamic_config|telemetry|samplers\/.*)$/;

const worked = ({ asked }: FakeTinker): TinkerAsked[] =>
  asked.filter(({ path }) => !aside.test(path));

/** Ids of a session are drawn. */
const named = (text: string): string =>
  text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "ID");

/** Fields that one of the two leaves out because the other's value is what the service takes anyway. */
const usual: Record<string, Record<string, unknown>> = {
  // no metadata: an empty record, or none
  create_session: { user_metadata: {}, tags: [] },
  // of reinforcement learning, which is not done here
  asample: { record_stability_info: false },
};

function bodyOf({ path, body }: TinkerAsked): unknown {
  const name = path.replace("/api/v1/", "");
  const whole = {
    ...usual[name],
    ...(JSON.parse(named(JSON.stringify(body))) as object),
  } as Record<string, unknown>;
  // sent by ours, known to the service by the address that it stands under
  if (name === "get_info" || name === "weights_info") delete whole["type"];
  return whole;
}

/** Of each client's own kind: what program it is, how it counts its tries, how the connection is kept. */
const ownHeaders =
  /^(?:user-agent|x-stainless-.*|x-sdk-.*|accept-encoding|accept-language|sec-fetch-mode|connection|host|content-length|transfer-encoding|x-idempotency-key|traceparent)$/;

const headersOf = ({ headers }: TinkerAsked): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.test(name)));

const files = {
  "adapter_config.json": Buffer.from("{}"),
  "adapter_model.safetensors": Buffer.from(""),
};

for (const proto_compress_fwdbwd of [false, true]) {
  const how = proto_compress_fwdbwd ? "compressed" : "plain";
  test(`the same requests in the same order, with the same bodies and headers, rows ${how}`, async () => {
    const config = { proto_compress_fwdbwd };
    const [one, other] = [await fakeTinker({ config, files }), await fakeTinker({ config, files })];
    const [sdk, own] = [await theirs(one), await ours(other)];
    expect(own).toEqual({ ...sdk, paths: undefined });
    const [first, second] = [worked(one), worked(other)];
    const lines = (all: readonly TinkerAsked[]): string[] =>
      all.map(({ method, path }) => `${method} ${named(decodeURIComponent(path))}`);
    expect(lines(second)).toEqual(lines(first));
    for (const [at, asked] of second.entries()) {
      const peer = first[at] as TinkerAsked;
      expect(bodyOf(asked), asked.path).toEqual(bodyOf(peer));
      expect(headersOf(asked), asked.path).toEqual(headersOf(peer));
      const [keyed, peerKeyed] = [asked, peer].map(({ headers }) => "x-idempotency-key" in headers);
      expect(keyed, asked.path).toBe(peerKeyed);
    }
    const polls = (fake: FakeTinker): object[] =>
      fake.asked
        .filter(
          ({ path, headers }) =>
            path.endsWith("retrieve_future") && headers["x-tinker-request-iteration"] === "0",
        )
        .map(({ headers, body }) => ({
          type: headers["x-tinker-request-type"],
          accept: headers["accept"],
          metadata: body["allow_metadata_only"],
        }));
    expect(
      polls(other)
        .map((poll) => JSON.stringify(poll))
        .toSorted(),
    ).toEqual(
      polls(one)
        .map((poll) => JSON.stringify(poll))
        .toSorted(),
    );
    expect([...other.runs.values()].map(({ done, model }) => [done, model.numbers()])).toEqual(
      [...one.runs.values()].map(({ done, model }) => [done, model.numbers()]),
    );
  });
}

/** Answers lost before and after the work was done, a server that is busy, one that wants to be asked later. */
function troubled(fake: FakeTinker): void {
  const of: Record<string, (before: number) => TinkerTrouble | undefined> = {
    create_model: (before) => (before === 0 ? { drop: "after" } : undefined),
    forward_backward: (before) =>
      ({ 1: { drop: "after" }, 3: { drop: "before" } } as const)[before],
    optim_step: (before) => ({ 1: { status: 503 }, 3: { drop: "after" } } as const)[before],
    save_weights: (before) =>
      before === 0 ? { status: 429, headers: { "retry-after-ms": "50" } } : undefined,
    load_weights: (before) => (before === 0 ? { drop: "after" } : undefined),
    retrieve_future: (before) => (before % 6 === 2 ? { status: 502 } : undefined),
  };
  fake.trouble = ({ path, before }) => of[path.replace("/api/v1/", "")]?.(before);
}

test("after lost answers both have done the same steps, once each, and have the same weights", async () => {
  const [one, other] = [await fakeTinker({ files }), await fakeTinker({ files })];
  for (const fake of [one, other]) troubled(fake);
  const [sdk, own] = [await theirs(one), await ours(other)];
  expect(own).toEqual({ ...sdk, paths: undefined });
  const done = (fake: FakeTinker): unknown[] =>
    [...fake.runs.values()].map((run) => [run.done, run.model.steps, run.model.numbers()]);
  expect(done(other)).toEqual(done(one));
  expect([...other.runs.values()].map(({ model }) => model.steps)).toEqual([3, 4]);
});

const descriptors = `
import json
from google.protobuf import descriptor_pb2
from tinker.proto import tinker_public_pb2 as public
file = descriptor_pb2.FileDescriptorProto()
public.DESCRIPTOR.CopyToProto(file)
fields = {}
def walk(message, prefix):
    name = prefix + message.name
    fields[name] = {f.name: [f.number, f.type, f.label, f.type_name] for f in message.field}
    for nested in message.nested_type:
        walk(nested, name + ".")
for message in file.message_type:
    walk(message, "")
enums = {e.name: {v.name: v.number for v in e.value} for e in file.enum_type}
print(json.dumps({"fields": fields, "enums": enums, "package": file.package}))
`;

test("every message and field of our schema is one of the service's, with its number and type", async () => {
  const { stdout } = await promisify(execFile)(python, ["-c", descriptors]);
  const known = JSON.parse(stdout) as {
    fields: Record<string, Record<string, unknown>>;
    enums: Record<string, Record<string, number>>;
    package: string;
  };
  const { file_tinker } = await import("../../../src/remote/tinker/wire/tinker_pb.ts");
  const { proto } = file_tinker;
  expect(proto.package).toBe(known.package);
  for (const { name, value } of proto.enumType)
    for (const one of value) expect(known.enums[name]?.[one.name], one.name).toBe(one.number);
  const walk = (messages: typeof proto.messageType, prefix: string): void => {
    for (const message of messages) {
      const name = `${prefix}${message.name}`;
      for (const { name: field, number, type, label, typeName } of message.field)
        expect([number, type, label, typeName], `${name}.${field}`).toEqual(
          known.fields[name]?.[field],
        );
      walk(message.nestedType, `${name}.`);
    }
  };
  walk(proto.messageType, "");
});
