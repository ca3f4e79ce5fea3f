// A session at the fake service for a test: no waiting between tries, what was waited and told kept.
import { afterEach } from "vitest";
import { Connection, type ConnectOptions } from "../../src/remote/tinker/connection.ts";
import { Session } from "../../src/remote/tinker/session.ts";
import { tinkerSettings } from "../../src/remote/tinker/settings.ts";
import type { Wire } from "../../src/remote/tinker/training-client.ts";
import { TrainingClient } from "../../src/remote/tinker/training-client.ts";
import type { Datum } from "../../src/remote/tinker/wire/forward-backward.ts";
import { FakeTinker, type FakeTinkerOptions } from "./fake-tinker.ts";

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

export async function fakeTinker(options: FakeTinkerOptions = {}): Promise<FakeTinker> {
  const fake = new FakeTinker(options);
  await fake.start();
  ended.push(() => fake.stop());
  return fake;
}

export interface Watched {
  options: ConnectOptions;
  /** Milliseconds of each wait. */
  waits: number[];
  notices: string[];
}

/** How a test connects: waits take no time. */
export function watched(fake: FakeTinker, more: Partial<ConnectOptions> = {}): Watched {
  const waits: number[] = [];
  const notices: string[] = [];
  const options = {
    settings: tinkerSettings(fake.environment()),
    version: "0.0.0",
    onNotice: (_: string, text: string) => notices.push(text),
    pause: (milliseconds: number, signal?: AbortSignal) => {
      waits.push(milliseconds);
      signal?.throwIfAborted();
      return Promise.resolve();
    },
    ...more,
  };
  return { options, waits, notices };
}

export async function openSession(options: ConnectOptions): Promise<Session> {
  const session = await Session.open(options);
  ended.push(() => session.close());
  return session;
}

export async function connection(options: ConnectOptions): Promise<Connection> {
  const made = new Connection(options);
  await made.configure();
  return made;
}

export const lora = { rank: 8, seed: 1, trainUnembed: true, trainMlp: true, trainAttention: true };

export const adam = {
  ...{ learningRate: 0.5, beta1: 0.9, beta2: 0.95, eps: 1e-12, weightDecay: 0, gradientClip: 0 },
};

export async function trainingClient(
  session: Session,
  wire: Wire = "protobuf",
): Promise<TrainingClient> {
  return await TrainingClient.create(session, { base: "Qwen/Qwen3-8B", lora, wire });
}

/** A sequence that counts upwards from `start`; the first half is not learned. */
export function countingDatum(start: number, length = 8): Datum {
  return {
    tokens: Int32Array.from({ length }, (_, at) => start + at),
    targets: Int32Array.from({ length }, (_, at) => start + at + 1),
    weights: Float32Array.from({ length }, (_, at) => (at < length / 2 ? 0 : 1)),
  };
}
