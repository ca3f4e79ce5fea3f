// /api/v1/runs/{id}/… and what is about several runs: figures in columns, log, samples, notes, what removing frees; any
// number compared. Pausing, stopping and going on are run-control.ts's. What the runs themselves are is runs.ts's.
import { z } from "zod";
import {
  columnsOf,
  compareMany,
  followedEvents,
  followedNotes,
  followedRun,
  followedRuns,
  lineOf,
  readNotes,
  type RunDetails,
  RunNotes,
  weighRun,
  writeNotes,
} from "../../runs/index.ts";
import { unprocessable } from "../http/errors.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import { runControlRoutes } from "./run-control.ts";
import { RunShape, toldRun } from "./runs.ts";
import { AnyJson } from "./shared.ts";

const name = z.string().min(1).max(100).describe("Run id, or a unique prefix of it");
const named = z.object({ id: name });

const known = (id: string): RunDetails => followedRun(id);

const listed = z.object({ run: RunShape, tags: z.array(z.string()), note: z.string() });

const overview = defineRoute({
  method: "GET",
  path: "/api/v1/run-overview",
  about: "List runs with their notes and tags, newest first",
  query: z.object({
    tag: z.string().max(60).optional().describe("Only runs with this tag"),
    text: z.string().max(200).optional().describe("Text to find in id, model, data, note or tags"),
    limit: z.coerce.number().int().min(1).max(1000).default(500),
    offset: z.coerce.number().int().min(0).default(0),
  }),
  answers: {
    200: z
      .object({ runs: z.array(listed), total: z.int(), tags: z.array(z.string()) })
      .meta({ id: "RunOverview" }),
  },
  run: async (_, { query: { tag, text = "", limit, offset } }) => {
    const all = followedRuns().map((run) => ({
      ...{ run: toldRun(run), ...followedNotes(run.outputDir) },
    }));
    const wanted = text.toLowerCase();
    const found = all.filter(({ run, tags, note }) => {
      const words = [run.id, run.model, run.dataset, run.output_dir, note, ...tags];
      const isFound = words.some((word) => word.toLowerCase().includes(wanted));
      return isFound && (tag === undefined || tags.includes(tag));
    });
    return {
      runs: found.slice(offset, offset + limit),
      total: found.length,
      tags: [...new Set(all.flatMap(({ tags }) => tags))].toSorted(),
    };
  },
});

const column = z.array(z.number());

const curves = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}/curves",
  about:
    "Get the metrics of a run as columns over steps, seconds and tokens. Longer curves are averaged down to the number of points asked for, with the minimum and maximum of each",
  params: named,
  query: z.object({
    points: z.coerce
      .number()
      .int()
      .min(10)
      .max(20_000)
      .default(800)
      .describe("Maximum number of points per curve"),
    names: z
      .string()
      .max(2000)
      .optional()
      .describe("Names of metrics, comma-separated; default: all"),
  }),
  answers: {
    200: z
      .object({
        id: z.string(),
        status: z.string(),
        step: z.int(),
        total_steps: z.int().nullable(),
        series: z.array(
          z.object({
            name: z.string(),
            points: z.int().describe("Number of points before averaging"),
            step: column,
            seconds: column,
            tokens: column,
            value: column,
            low: column.nullable().describe("Minimum of the averaged points"),
            high: column.nullable().describe("Maximum of the averaged points"),
          }),
        ),
      })
      .meta({ id: "RunCurves" }),
  },
  run: async (_, { params, query }) => {
    const run = known(params.id);
    const names = query.names === undefined ? undefined : new Set(query.names.split(","));
    const { runId: id, status, step, totalSteps } = run;
    const request = { most: query.points, names };
    const series = columnsOf(followedEvents(run.outputDir), request);
    return { id, status, step, total_steps: totalSteps, series };
  },
});

const log = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}/log",
  about: "List the log lines of a run",
  params: named,
  query: z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(1000) }),
  answers: {
    200: z
      .object({
        lines: z.array(
          z.object({
            at: z.string(),
            level: z.enum(["info", "warn", "error"]),
            step: z.int().nullable(),
            text: z.string(),
          }),
        ),
        total: z.int(),
      })
      .meta({ id: "RunLog" }),
  },
  run: async (_, { params, query: { limit } }) => {
    const lines = followedEvents(known(params.id).outputDir).flatMap((event) => {
      const line = lineOf(event);
      if (line === undefined) return [];
      const [level, text] = line;
      return { at: event.time, level, step: "step" in event ? event.step : null, text };
    });
    return { lines: lines.slice(-limit), total: lines.length };
  },
});

const samples = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}/samples",
  about: "List the model's answers to the same rows before training and at each evaluation",
  params: named,
  answers: {
    200: z
      .object({
        rows: z.array(
          z.object({ file: z.string(), line: z.int(), prompt: z.string(), reference: z.string() }),
        ),
        steps: z.array(
          z.object({
            step: z.int().describe("0: before training"),
            answers: z.array(
              z.object({
                ...{ text: z.string(), tokens: z.int() },
                cut: z.boolean().describe("Whether it reached the token limit"),
              }),
            ),
          }),
        ),
      })
      .meta({ id: "RunSamples" }),
  },
  run: async (_, { params }) => {
    const written = followedEvents(known(params.id).outputDir).flatMap((event) =>
      event.type === "samples-written" ? [event] : [],
    );
    const [first] = written;
    return {
      rows: (first?.samples ?? []).map(({ file, line, prompt, reference }) => {
        return { file, line, prompt, reference };
      }),
      steps: written.map(({ step, samples: all }) => ({
        step,
        answers: all.map(({ text, tokens, cut }) => ({ text, tokens, cut })),
      })),
    };
  },
});

const NotesShape = RunNotes.meta({ id: "RunNotes" });

const notes = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}/notes",
  about: "Get the note and tags of a run",
  params: named,
  answers: { 200: NotesShape },
  run: async (_, { params }) => readNotes(known(params.id).outputDir),
});

const write = defineRoute({
  method: "PUT",
  path: "/api/v1/runs/{id}/notes",
  about: "Replace the note and tags of a run",
  params: named,
  body: NotesShape,
  answers: { 200: NotesShape },
  run: async (_, { params, body }) => await writeNotes(known(params.id).outputDir, body),
});

const bytes = z.int().min(0);

const weight = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}/weight",
  about: "Get the disk space of a run, which deleting it frees",
  params: named,
  answers: {
    200: z
      .object({
        bytes,
        final_model_bytes: bytes,
        checkpoints: z.array(z.object({ step: z.int(), bytes })),
        other_bytes: bytes,
      })
      .meta({ id: "RunWeight" }),
  },
  run: async (_, { params }) => {
    const found = await weighRun(known(params.id).outputDir);
    const { checkpoints, finalModelBytes, otherBytes } = found;
    return {
      ...{ bytes: found.bytes, checkpoints },
      ...{ final_model_bytes: finalModelBytes, other_bytes: otherBytes },
    };
  },
});

const mostCompared = 50;

const compare = defineRoute({
  method: "GET",
  path: "/api/v1/run-comparison",
  about: "Compare up to 50 runs: the settings and inputs that differ, and the results",
  query: z.object({ ids: z.string().max(10_000).describe("Run ids, comma-separated") }),
  answers: {
    200: z
      .object({
        runs: z.array(RunShape),
        settings: z.array(z.object({ key: z.string(), values: z.array(AnyJson) })),
        inputs: z.array(z.object({ key: z.string(), values: z.array(AnyJson) })),
        results: z.array(z.object({ key: z.string(), values: z.array(AnyJson) })),
        alike: z.int().describe("Number of settings that are the same in all"),
      })
      .meta({ id: "RunsCompared" }),
  },
  run: async (_, { query }) => {
    const ids = query.ids.split(",").filter((id) => id !== "");
    if (ids.length === 0) throw unprocessable("name at least one run", "ids");
    if (ids.length > mostCompared)
      throw unprocessable(`at most ${mostCompared} runs can be compared at once`, "ids");
    const runs = ids.map(known);
    const { settings, inputs, results, alike } = compareMany(runs);
    return { runs: runs.map(toldRun), settings, inputs, results, alike };
  },
});

export const runDetailRoutes: RouteGroup = {
  name: "run details",
  about: "Metrics, log, samples and notes of a run; pause, stop and resume; compare runs",
  routes: [
    ...[overview, curves, log, samples, notes, write, weight],
    ...[...runControlRoutes, compare],
  ],
};
