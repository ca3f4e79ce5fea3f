// /api/v1/train and the making of jobs of any kind: settings described, checked and estimated, put into the queue. Modules
// of code are never taken from a request.
import { z } from "zod";
import { loadRunConfig } from "../../app/config/load.ts";
import type { ResolvedConfig } from "../../app/config/resolve.ts";
import { configJsonSchema } from "../../app/config/schema.ts";
import { jobKinds } from "../../app/jobs/kinds/registry.ts";
import { submitJob } from "../../app/jobs/submit.ts";
import { withAbsolutePaths } from "../../app/train/absolute-paths.ts";
import { fileInStep, readDataset } from "../../store/platform/index.ts";
import { unprocessable } from "../http/errors.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import type { Studio } from "../studio.ts";
import { JobShape, toldJob } from "./jobs.ts";
import { AnyJson, Priority } from "./shared.ts";

const AnyObject = z.record(z.string(), z.unknown());

const Settings = z
  .object({
    config: AnyObject.describe(
      "Settings as in the YAML file. Omitted ones are resolved as by ft train start: environment, user's file, then default",
    ),
    dataset_id: z.int().min(1).optional().describe("Number of a dataset here to train on"),
  })
  .meta({ id: "TrainingSettings" });

/** The file of a dataset, with all that its rows are now. */
export async function fileOfDataset({ store }: Studio, id: number): Promise<string> {
  await readDataset(store, id);
  await fileInStep(store, id);
  return (await readDataset(store, id)).filePath;
}

/** The settings with the file of a dataset that is named by its number. */
async function givenBy(
  studio: Studio,
  { config, dataset_id }: z.infer<typeof Settings>,
): Promise<Record<string, unknown>> {
  if (dataset_id === undefined) return config;
  const filePath = await fileOfDataset(studio, dataset_id);
  const data = config["data"];
  const given = typeof data === "object" && data !== null ? data : {};
  return { ...config, data: { ...given, train_file: filePath } };
}

/** The same as of `ft train start` with these settings as its arguments: what nobody says, its preset does. */
async function settingsOf(
  studio: Studio,
  asked: z.infer<typeof Settings>,
): Promise<ResolvedConfig> {
  const { environment } = studio;
  return loadRunConfig({ preset: "start", arguments: await givenBy(studio, asked), environment });
}

const schema = defineRoute({
  method: "GET",
  path: "/api/v1/train/schema",
  about: "Get the settings of a run as JSON Schema, with defaults",
  answers: { 200: z.object({ schema: AnyObject }).meta({ id: "SettingsSchema" }) },
  run: async () => ({ schema: configJsonSchema() }),
});

const validate = defineRoute({
  method: "POST",
  path: "/api/v1/train/validate",
  about:
    "Check settings and estimate the run: rows, tokens, steps, memory, warnings. Trains nothing",
  body: Settings,
  answers: { 200: z.object({ report: AnyJson }).meta({ id: "TrainingReport" }) },
  refusals: { 400: "The settings or the data are invalid" },
  run: async (studio, { body }) => {
    const { validateRun } = await import("../../app/train/validate-run.ts");
    const resolved = await settingsOf(studio, body);
    const config = withAbsolutePaths(resolved.config);
    return { report: await validateRun({ ...resolved, config }) };
  },
});

const start = defineRoute({
  method: "POST",
  path: "/api/v1/train",
  about: "Check a run and queue it",
  body: Settings.extend({
    priority: Priority,
    force: z
      .boolean()
      .default(false)
      .describe("Start a run that is estimated not to fit into memory, too"),
  }).meta({ id: "Training" }),
  answers: { 200: JobShape },
  refusals: { 400: "The settings or the data are invalid" },
  run: async (studio, { body }) => {
    studio.requireOpen();
    const { environment, store } = studio;
    const { config, origins } = await settingsOf(studio, body);
    const how = { environment, priority: body.priority };
    const parameters = {
      ...{ config: { ...config }, origins: Object.fromEntries(origins), force: body.force },
    };
    return toldJob(await submitJob(store, "training", parameters, how));
  },
});

const kinds = defineRoute({
  method: "GET",
  path: "/api/v1/kinds",
  about: "List the kinds of job, with the parameters of each as JSON Schema",
  answers: {
    200: z
      .object({
        kinds: z.array(z.object({ kind: z.string(), about: z.string(), parameters: AnyObject })),
      })
      .meta({ id: "JobKinds" }),
  },
  run: async () => ({
    kinds: jobKinds.names().map((kind) => {
      const { about, parameters } = jobKinds.get(kind);
      const described = z.toJSONSchema(parameters, { io: "input", unrepresentable: "any" });
      return { kind, about, parameters: described };
    }),
  }),
});

const nano = 1e9;

const submit = defineRoute({
  method: "POST",
  path: "/api/v1/jobs",
  about: "Queue a job of any kind; paths in its parameters are paths of this machine",
  body: z
    .object({
      kind: z.string().min(1).max(100).describe("A kind of GET /api/v1/kinds"),
      parameters: AnyObject.describe("Parameters of that kind"),
      priority: Priority,
      budget: z.number().min(0).optional().describe("Maximum cost of its calls in dollars"),
    })
    .meta({ id: "NewJob" }),
  answers: { 200: JobShape },
  refusals: { 400: "No such kind, or invalid parameters" },
  run: async ({ requireOpen, environment, store }, { body }) => {
    requireOpen();
    const { kind, parameters, budget } = body;
    const modules = parameters["extensions"];
    if (modules !== undefined && !(Array.isArray(modules) && modules.length === 0))
      throw unprocessable(
        "a request cannot name code modules; pass them to ft with --extension",
        "parameters.extensions",
      );
    const job = await submitJob(store, kind, parameters, {
      ...{ environment, priority: body.priority },
      ...(budget !== undefined && { budget: Math.round(budget * nano) }),
    });
    return toldJob(job);
  },
});

export const trainRoutes: RouteGroup = {
  name: "train",
  about: "Check and queue training runs and other jobs",
  routes: [schema, validate, start, kinds, submit],
};
