// What every use of Tinker begins with: its settings from the environment or `.env`, and a connection. And what is there:
// models, runs, checkpoints, in plain data.
import type { Environment } from "../../core/paths.ts";
import { withDotEnv } from "../../providers/environment.ts";
import { Connection, type ConnectOptions } from "../../remote/tinker/connection.ts";
import type { TellNotice } from "../../remote/tinker/poll.ts";
import { checkpointsAt, offeredModels, trainingRuns } from "../../remote/tinker/rest.ts";
import { Session } from "../../remote/tinker/session.ts";
import { TINKER_VARIABLES, tinkerSettings } from "../../remote/tinker/settings.ts";
import type { CheckpointAnswer } from "../../remote/tinker/wire/answers.ts";
import { productVersion } from "../info.ts";

export interface RemoteOptions {
  environment: Environment;
  /** Where a `.env` may be; the working folder unless said. */
  folder?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Told what a person who waits wants to know. */
  onNotice?: TellNotice | undefined;
}

/** @throws FtError FT-REMOTE-001 to 003, for what the environment says. */
function connectOptions({ environment, folder, signal, onNotice }: RemoteOptions): ConnectOptions {
  const whole = withDotEnv(environment, folder ?? process.cwd(), TINKER_VARIABLES);
  return { settings: tinkerSettings(whole), version: productVersion(), signal, onNotice };
}

/** For asking what is there. */
export async function connectTinker(options: RemoteOptions): Promise<Connection> {
  const connection = new Connection(connectOptions(options));
  await connection.configure();
  return connection;
}

/** For work that the service has to do; to be closed. */
export const openTinker = async (options: RemoteOptions): Promise<Session> =>
  await Session.open(connectOptions(options));

export interface RemoteModelInfo {
  name: string;
  contextLength: number | null;
  trains: boolean;
  samples: boolean;
}

export async function remoteModels(options: RemoteOptions): Promise<RemoteModelInfo[]> {
  return await offeredModels(await connectTinker(options));
}

export interface RemoteCheckpointInfo {
  uri: string;
  /** "training": with the optimizer, to go on from; "sampler": to ask; "external": to fetch. */
  kind: CheckpointAnswer["checkpoint_type"];
  name: string;
  time: string;
  bytes: number | null;
  expires: string | null;
}

export interface RemoteRunInfo {
  runId: string;
  baseModel: string;
  rank: number | null;
  lastRequest: string;
  corrupted: boolean;
  stateUri: string | null;
  samplerUri: string | null;
}

/** The newest first. */
export async function remoteRuns(options: RemoteOptions, limit: number): Promise<RemoteRunInfo[]> {
  const found = await trainingRuns(await connectTinker(options), limit);
  return found.map((run) => ({
    ...{ runId: run.training_run_id, baseModel: run.base_model, rank: run.lora_rank ?? null },
    ...{ lastRequest: run.last_request_time, corrupted: run.corrupted },
    stateUri: run.last_checkpoint?.tinker_path ?? null,
    samplerUri: run.last_sampler_checkpoint?.tinker_path ?? null,
  }));
}

/** Of one run, or the newest of all. */
export async function remoteCheckpoints(
  options: RemoteOptions,
  of: { runId?: string | undefined; limit: number },
): Promise<RemoteCheckpointInfo[]> {
  const found = await checkpointsAt(await connectTinker(options), of);
  return found.map((one) => ({
    ...{ uri: one.tinker_path, kind: one.checkpoint_type, time: one.time },
    name: one.checkpoint_id.split("/").at(-1) ?? one.checkpoint_id,
    ...{ bytes: one.size_bytes ?? null, expires: one.expires_at ?? null },
  }));
}
