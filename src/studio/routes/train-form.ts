// /api/v1/train/form and what goes with it: the settings of a run as a form, filled in by and by; what a run would read and
// need; its start. Modules of code are never taken from a request.
import { z } from "zod";
import { formFields } from "../../app/config/form-fields.ts";
import { formGroups, shownOrder } from "../../app/config/form-groups.ts";
import { profiles } from "../../app/config/profiles.ts";
import { type FilledForm, fillForm, type FormRequest } from "../../app/config/resolve-form.ts";
import { dataCatalogue } from "../../app/data/shipped.ts";
import { submitJob } from "../../app/jobs/submit.ts";
import { trainingJobs } from "../../app/runs/run-job.ts";
import { withAbsolutePaths } from "../../app/train/absolute-paths.ts";
import { estimateTime } from "../../app/train/estimate-time.ts";
import { suggestedRun } from "../../app/train/suggested-run.ts";
import { BUILTIN_DATASET } from "../../data/options.ts";
import { fileInStep, readDataset } from "../../store/platform/index.ts";
import { unprocessable } from "../http/errors.ts";
import { lookerOf } from "../looking.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import type { Studio } from "../studio.ts";
import { JobShape, toldJob } from "./jobs.ts";
import { AnyJson, Priority } from "./shared.ts";

const FieldShape = z
  .object({
    key: z.string(),
    label: z.string(),
    help: z.string(),
    group: z.string(),
    usual: z.boolean().describe("Whether the form shows it without asking for more settings"),
    kind: z
      .enum(["number", "integer", "switch", "text", "choice", "words", "json"])
      .describe("Kind of form field"),
    nullable: z.boolean(),
    default: AnyJson,
    choices: z.array(z.string()),
    minimum: z.number().nullable(),
    maximum: z.number().nullable(),
    exclusive: z.object({ minimum: z.boolean(), maximum: z.boolean() }),
    flag: z.string().describe("Command-line flag"),
    variable: z.string().describe("Environment variable"),
  })
  .meta({ id: "TrainingField" });

const form = defineRoute({
  method: "GET",
  path: "/api/v1/train/form",
  about:
    "Get the settings of a run as grouped form fields with defaults, ranges and help, and the profiles",
  answers: {
    200: z
      .object({
        groups: z.array(z.object({ name: z.string(), title: z.string(), about: z.string() })),
        fields: z.array(FieldShape),
        profiles: z.array(z.object({ name: z.string(), values: AnyJson })),
        shipped: z
          .array(z.object({ name: z.string(), about: z.string() }))
          .describe("Datasets included in ft, by the value of data.train_file"),
      })
      .meta({ id: "TrainingForm" }),
  },
  run: async () => ({
    groups: shownOrder.flatMap((name) =>
      formGroups
        .filter((group) => group.name === name)
        .map(({ title, about }) => ({ name, title, about })),
    ),
    fields: formFields(),
    profiles: profiles.names().map((name) => ({ name, values: profiles.get(name) })),
    shipped: [
      {
        name: BUILTIN_DATASET,
        about: "questions about tables with their SQL, in the format of the built-in template",
      },
      ...dataCatalogue()
        .filter(({ present }) => present)
        .map(({ name, about }) => ({ name: `builtin/${name}`, about })),
    ],
  }),
});

export const Filled = z.object({
  values: z.record(z.string().max(200), z.unknown()).default({}).describe("By dotted key"),
  profile: z.string().max(100).optional().describe("Profile to take starting values from"),
  dataset_id: z.int().min(1).optional().describe("Number of a dataset here to train on"),
});

export type Filled = z.infer<typeof Filled>;

/** What was filled in, with the file of a dataset that is named by its number. */
async function valuesOf(
  { store }: Studio,
  { values, dataset_id }: Filled,
): Promise<Filled["values"]> {
  if (dataset_id === undefined) return values;
  await readDataset(store, dataset_id);
  await fileInStep(store, dataset_id);
  const { filePath } = await readDataset(store, dataset_id);
  return { ...values, "data.train_file": filePath };
}

/** Folders of jobs that have not ended. */
export async function takenFolders({ store }: Studio): Promise<ReadonlySet<string>> {
  const jobs = [...(await trainingJobs(store))];
  const taken = jobs.flatMap(([folder, { status }]) =>
    status === "pending" || status === "running" || status === "paused" ? [folder] : [],
  );
  return new Set(taken);
}

/** What was filled in, as settings are made of it. */
export async function formRequest(studio: Studio, asked: Filled): Promise<FormRequest> {
  const { profile } = asked;
  if (profile !== undefined && !profiles.has(profile))
    throw unprocessable(`there is no profile '${profile}'`, "profile");
  const { environment } = studio;
  const values = await valuesOf(studio, asked);
  const taken = await takenFolders(studio);
  const text = (key: string): string => {
    const value = values[key];
    return typeof value === "string" ? value : "";
  };
  const suggested = suggestedRun(environment, {
    ...{ model: text("model.name"), data: text("data.train_file"), taken },
  });
  return { values, profile, suggested, environment, cwd: process.cwd() };
}

const filled = async (studio: Studio, asked: Filled): Promise<FilledForm> =>
  await fillForm(await formRequest(studio, asked));

export const Problem = z.object({
  field: z.string().nullable(),
  message: z.string(),
  hint: z.string().nullable(),
});

const fill = defineRoute({
  method: "POST",
  path: "/api/v1/train/form",
  about:
    "Check a partly filled form: each value with its origin, the problem of each field, advice, the command line",
  body: Filled.meta({ id: "FilledForm" }),
  answers: {
    200: z
      .object({
        fields: z.array(
          z.object({
            key: z.string(),
            value: AnyJson,
            origin: z.string(),
            counts: z.boolean().describe("Whether the run uses it"),
          }),
        ),
        problems: z.array(Problem),
        advice: z.array(
          z.object({
            field: z.string(),
            level: z.enum(["warning", "recommendation"]),
            text: z.string(),
          }),
        ),
        unused: z.array(z.string()).describe("Keys that were set and have no effect"),
        command: z.array(z.string()).describe("One argument or flag per item"),
        ready: z.boolean().describe("Whether the run can start"),
      })
      .meta({ id: "FormState" }),
  },
  run: async (studio, { body }) => {
    const { fields, problems, advice, command, unused } = await filled(studio, body);
    return {
      ...{ fields, problems, command, unused, ready: problems.length === 0 },
      advice: advice.map(({ setting, level, text }) => ({ field: setting, level, text })),
    };
  },
});

const Preview = z
  .object({
    offset: z.int().min(0).default(0),
    limit: z.int().min(0).max(20).default(3),
  })
  .default({ offset: 0, limit: 3 });

/** Without these there is nothing to look at; an output folder that is taken is no hindrance. */
const needed = new Set(["model.name", "data.train_file"]);

const numbers = z.array(z.number());

/** In columns, a token each. */
const SequenceShape = z
  .object({
    ids: numbers,
    texts: z.array(z.string()).describe("Text of each token"),
    weights: numbers.describe("Loss weight of each token; 0: not trained on"),
    special: numbers.describe("Indices of special tokens"),
    more: z.int().describe("Tokens not shown"),
  })
  .meta({ id: "PreviewSequence" });

const PreviewShape = z
  .object({
    total: z.int(),
    offset: z.int(),
    rows: z.array(
      z
        .object({
          ...{
            file: z.string(),
            line: z.int(),
            tokens: z.int(),
            learned: z.int().describe("Trained tokens"),
          },
          cut: z.boolean().describe("Whether the row was truncated"),
          sequences: z.array(SequenceShape),
        })
        .meta({ id: "PreviewRow" }),
    ),
  })
  .meta({ id: "RowsPreview" });

const look = defineRoute({
  method: "POST",
  path: "/api/v1/train/look",
  about:
    "Estimate a run: rows, tokens, steps, memory on this machine, time where known. Also show rows token by token, with the tokens that are trained on",
  body: Filled.extend({ preview: Preview }).meta({ id: "RunToLookAt" }),
  answers: {
    200: z
      .object({
        report: AnyJson,
        preview: PreviewShape.nullable().describe("Null where the model's files are not here"),
        time: z
          .object({
            seconds: z.number(),
            run_id: z.string().describe("The run whose speed the estimate uses"),
            tokens_per_second: z.number(),
            exact: z
              .boolean()
              .describe("Whether that run has the same batch size and maximum length"),
          })
          .nullable(),
      })
      .meta({ id: "RunLook" }),
  },
  refusals: { 400: "The settings or the data are invalid" },
  run: async (studio, { body, signal }) => {
    studio.requireOpen();
    const { resolved, problems } = await filled(studio, body);
    const absent = problems.filter(({ field }) => needed.has(field ?? ""));
    if (resolved === undefined || absent.length > 0) throw wrongForm([...absent, ...problems]);
    const { config, origins } = resolved;
    const request = {
      config: { ...withAbsolutePaths(config) },
      ...{ origins: Object.fromEntries(origins), preview: body.preview },
    };
    const { report, preview } = await lookerOf(studio).look(request, signal);
    const { tokens } = report.data;
    const passes = report.steps.total / Math.max(1, report.steps.perEpoch);
    const time = tokens === null ? undefined : estimateTime(config, tokens, passes);
    return {
      ...{ report, preview },
      time:
        time === undefined
          ? null
          : {
              ...{ seconds: time.seconds, run_id: time.runId, exact: time.exact },
              tokens_per_second: time.tokensPerSecond,
            },
    };
  },
});

function wrongForm(problems: FilledForm["problems"]): Error {
  const [first] = problems;
  return unprocessable(first?.message ?? "the settings are invalid", first?.field ?? undefined);
}

const start = defineRoute({
  method: "POST",
  path: "/api/v1/train/form/start",
  about: "Check the run a form describes and queue it",
  body: Filled.extend({
    priority: Priority,
    force: z
      .boolean()
      .default(false)
      .describe("Start a run that is estimated not to fit into memory, too"),
  }).meta({ id: "FormToStart" }),
  answers: { 200: JobShape },
  refusals: { 400: "The settings or the data are invalid" },
  run: async (studio, { body }) => {
    studio.requireOpen();
    const { environment, store } = studio;
    const { resolved, problems } = await filled(studio, body);
    if (resolved === undefined || problems.length > 0) throw wrongForm(problems);
    const { config, origins } = resolved;
    const parameters = {
      ...{ config: { ...config }, origins: Object.fromEntries(origins), force: body.force },
    };
    const { priority } = body;
    return toldJob(await submitJob(store, "training", parameters, { environment, priority }));
  },
});

export const trainFormRoutes: RouteGroup = {
  name: "train form",
  about: "Training settings as a form: check, estimate, start",
  routes: [form, fill, look, start],
};
