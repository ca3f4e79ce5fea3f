// What is at Tinker: models, runs, checkpoints, and where a checkpoint's files are. Lists come page by page.
import type { z } from "zod";
import type { Connection } from "./connection.ts";
import { badDownload } from "./errors.ts";
import { jsonOf } from "./http.ts";
import { Refusal } from "./refusal.ts";
import type { CheckpointUri } from "./uri.ts";
import {
  ArchiveUrl,
  Capabilities,
  type CheckpointAnswer,
  CheckpointList,
  ExternalUrls,
  type TrainingRunAnswer,
  TrainingRunList,
  WeightsInfo,
} from "./wire/answers.ts";

export interface OfferedModel {
  name: string;
  /** Most tokens of a text; null where the service does not say. */
  contextLength: number | null;
  trains: boolean;
  samples: boolean;
}

const get = <T>(connection: Connection, what: string, path: string, schema: z.ZodType<T>) =>
  connection.call(what, { method: "GET", path }, schema);

/** In the order in which the service has them. */
export async function offeredModels(connection: Connection): Promise<OfferedModel[]> {
  const path = "/api/v1/get_server_capabilities";
  const { supported_models: found } = await get(connection, "its models", path, Capabilities);
  return found.flatMap(({ model_name: name, max_context_length, trainable, sampleable }) =>
    name
      ? [
          {
            name,
            contextLength: max_context_length ?? null,
            trains: trainable ?? true,
            samples: sampleable ?? true,
          },
        ]
      : [],
  );
}

const pageSize = 100;

/** The newest first. */
export async function trainingRuns(
  connection: Connection,
  limit: number,
): Promise<TrainingRunAnswer[]> {
  const all: TrainingRunAnswer[] = [];
  while (all.length < limit) {
    const size = Math.min(pageSize, limit - all.length);
    const path = `/api/v1/training_runs?limit=${size}&offset=${all.length}`;
    const page = await get(connection, "its runs", path, TrainingRunList);
    all.push(...page.training_runs);
    if (page.training_runs.length === 0 || all.length >= page.cursor.total_count) break;
  }
  return all.slice(0, limit);
}

/** Of one run, or the newest of all. */
export async function checkpointsAt(
  connection: Connection,
  { runId, limit }: { runId?: string | undefined; limit: number },
): Promise<CheckpointAnswer[]> {
  if (runId !== undefined) {
    const path = `/api/v1/training_runs/${encodeURIComponent(runId)}/checkpoints`;
    return (await get(connection, `the run ${runId}`, path, CheckpointList)).checkpoints;
  }
  const all: CheckpointAnswer[] = [];
  while (all.length < limit) {
    const size = Math.min(pageSize, limit - all.length);
    const path = `/api/v1/checkpoints?limit=${size}&offset=${all.length}`;
    const page = await get(connection, "its checkpoints", path, CheckpointList);
    all.push(...page.checkpoints);
    if (page.checkpoints.length === 0 || all.length >= (page.cursor?.total_count ?? 0)) break;
  }
  return all.slice(0, limit);
}

/** Which model a checkpoint is for. */
export async function weightsInfo(
  connection: Connection,
  uri: string,
): Promise<{ base: string; rank: number | undefined }> {
  const call = { path: "/api/v1/weights_info", body: { tinker_path: uri } };
  const { base_model, lora_rank } = await connection.call(uri, call, WeightsInfo);
  return { base: base_model, rank: lora_rank ?? undefined };
}

const checkpointPath = ({ runId, checkpointId }: CheckpointUri): string =>
  `/api/v1/training_runs/${encodeURIComponent(runId)}/checkpoints/${checkpointId}`;

/** Where each file of an external checkpoint is, for a while. */
export async function fileUrls(
  connection: Connection,
  of: CheckpointUri,
): Promise<Record<string, string>> {
  const path = `${checkpointPath(of)}/external_weights_urls`;
  return (await get(connection, of.uri, path, ExternalUrls)).urls;
}

export async function deleteCheckpoint(connection: Connection, of: CheckpointUri): Promise<void> {
  await connection.answer(of.uri, { method: "DELETE", path: checkpointPath(of) });
}

const mostTries = 6;
const preparing = 30_000;

/** Where the archive of a checkpoint is, for a while; a service that is making it is asked again for three minutes. */
export async function archiveUrl(connection: Connection, of: CheckpointUri): Promise<string> {
  const { http } = connection;
  const ask = { method: "GET", path: `${checkpointPath(of)}/archive`, retries: 0 } as const;
  for (let tries = 1; ; tries++) {
    try {
      const answer = await http.ask(ask);
      return ArchiveUrl.parse(jsonOf(answer, of.uri)).url;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const location = error.headers?.get("location");
      if (error.status >= 300 && error.status < 400 && location) return location;
      if (error.kind !== "unavailable") throw error.told(of.uri);
      if (tries >= mostTries) throw badDownload("the service is still making its archive");
      connection.notice("info", "Tinker makes the archive of the checkpoint; asking again in 30 s");
      await http.pause(preparing, http.signal);
    }
  }
}
