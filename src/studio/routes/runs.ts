// /api/v1/runs: runs of training on this machine, by their ids.
import { z } from "zod";
import {
  compareRuns,
  curvesOf,
  deleteRun,
  followedRuns,
  readEvents,
  type RunDetails,
  type RunSummary,
  showKnownRun,
} from "../../runs/index.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import { AnyJson, Paging } from "./shared.ts";

export const RunShape = z
  .object({
    id: z.string(),
    status: z.enum(["running", "completed", "failed", "stopped", "crashed", "missing"]),
    model: z.string(),
    dataset: z.string(),
    method: z.string(),
    output_dir: z.string(),
    started_at: z.string(),
    step: z.int(),
    total_steps: z.int().nullable(),
    train_loss: z.number().nullable(),
    validation_loss: z.number().nullable(),
  })
  .meta({ id: "Run" });

export function toldRun(run: RunSummary): z.infer<typeof RunShape> {
  const { runId, status, model, dataset, method, step } = run;
  return {
    ...{ id: runId, status, model, dataset, method, step },
    ...{ output_dir: run.outputDir, started_at: run.startedAt, total_steps: run.totalSteps },
    ...{ train_loss: run.trainLoss, validation_loss: run.validationLoss },
  };
}

const name = z.string().min(1).max(100).describe("Run id, or a unique prefix of it");
const named = z.object({ id: name });

const list = defineRoute({
  method: "GET",
  path: "/api/v1/runs",
  about: "List runs, newest first",
  query: z.object(Paging),
  answers: { 200: z.object({ runs: z.array(RunShape), total: z.int() }).meta({ id: "Runs" }) },
  run: async (_, { query: { limit, offset } }) => {
    const runs = followedRuns();
    return { runs: runs.slice(offset, offset + limit).map(toldRun), total: runs.length };
  },
});

type RemoteUris = Record<"state_uri" | "sampler_uri", string>;

const RunFacts = z
  .object({
    run: RunShape,
    checkpoints: z.array(
      z.object({
        ...{ step: z.int(), path: z.string(), is_best: z.boolean(), is_latest: z.boolean() },
        remote: z
          .object({ state_uri: z.string(), sampler_uri: z.string() })
          .nullable()
          .describe("Where the weights are, for a run at a remote service"),
      }),
    ),
    record: AnyJson.describe("The settings, versions, model and data it started with"),
    last_event: AnyJson,
  })
  .meta({ id: "RunDetails" });

/** By step: where the weights of a checkpoint at a service are. */
function placesOf({ outputDir, record }: RunDetails): Map<number, RemoteUris> {
  if (record.remote === undefined) return new Map();
  const saved = readEvents(outputDir).flatMap((event) =>
    event.type === "checkpoint-saved" && event.remote
      ? [{ step: event.step, at: event.remote }]
      : [],
  );
  return new Map(
    saved.map(({ step, at }) => [step, { state_uri: at.stateUri, sampler_uri: at.samplerUri }]),
  );
}

function toldDetails(run: RunDetails): z.infer<typeof RunFacts> {
  const { checkpoints, best, latest, record, lastEvent } = run;
  const places = placesOf(run);
  return {
    run: toldRun(run),
    checkpoints: checkpoints.map(({ step, path }) => ({
      ...{ step, path, is_best: best?.step === step, is_latest: latest?.step === step },
      remote: places.get(step) ?? null,
    })),
    ...{ record, last_event: lastEvent },
  };
}

const show = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}",
  about: "Get a run: status, settings, checkpoints",
  params: named,
  answers: { 200: RunFacts },
  run: async (_, { params }) => toldDetails(showKnownRun(params.id)),
});

const metrics = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}/metrics",
  about: "Get all metrics of a run per step: losses, learning rate, speed, memory",
  params: named,
  answers: {
    200: z
      .object({
        run: RunShape,
        series: z.array(
          z.object({
            name: z.string(),
            points: z.array(z.object({ step: z.int(), value: z.number() })),
          }),
        ),
      })
      .meta({ id: "RunMetrics" }),
  },
  run: async (_, { params }) => {
    const run = showKnownRun(params.id);
    return { run: toldRun(run), series: curvesOf(readEvents(run.outputDir)) };
  },
});

const compare = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}/compare/{other}",
  about: "Compare two runs: settings, inputs, results, metrics",
  params: z.object({ id: name, other: name }),
  answers: {
    200: z
      .object({
        runs: z.object({ a: z.string(), b: z.string() }),
        settings: z.array(AnyJson),
        inputs: z.array(AnyJson),
        results: z.array(AnyJson),
        curves: z.record(z.string(), z.array(AnyJson)),
      })
      .meta({ id: "RunComparison" }),
  },
  run: async (_, { params }) => compareRuns(showKnownRun(params.id), showKnownRun(params.other)),
});

const remove = defineRoute({
  method: "DELETE",
  path: "/api/v1/runs/{id}",
  about: "Delete a run with its folder, checkpoints and final model",
  params: named,
  answers: { 200: z.object({ deleted: z.string() }).meta({ id: "DeletedRun" }) },
  refusals: { 409: "The run is being written" },
  run: async (_, { params }) => {
    const run = showKnownRun(params.id);
    deleteRun(run);
    return { deleted: run.runId };
  },
});

export const runRoutes: RouteGroup = {
  name: "runs",
  about: "Training runs",
  routes: [list, show, metrics, compare, remove],
};
