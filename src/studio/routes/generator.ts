// /api/v1/generator: what the page that makes a dataset needs beside starting it: the price before anything is asked,
// the first rows to look at before the rest is paid for, and rows as they come.
import { z } from "zod";
import { estimateGeneration } from "../../app/generation/generate-rows.ts";
import { jobRows } from "../../app/generation/job-rows.ts";
import { GenerationParameters, ParameterWeights } from "../../app/generation/parameters.ts";
import {
  discardPreview,
  goOn,
  previewState,
  startPreview,
  usualPreview,
} from "../../app/generation/preview.ts";
import { type Job, readJob } from "../../store/index.ts";
import { jobOfPlatformId, platformIdOf } from "../../store/platform/index.ts";
import { loadDomains, subdomainOf } from "../../synth/domains/catalogue.ts";
import type { Domain } from "../../synth/domains/domain.ts";
import { languageNamed } from "../../synth/domains/languages.ts";
import { notFound } from "../http/errors.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import type { Studio } from "../studio.ts";
import { JobShape, toldJob } from "./jobs.ts";
import { datasetOf, Price, toldPrice } from "./making-shapes.ts";
import { AnyJson, Asked, Paging, PathNumber, timeOrNull } from "./shared.ts";

const dollars = z.number().min(0);

const name = z.string().min(1).max(200);

const Wanted = z
  .object({
    domain: name.describe("Key or name of the domain"),
    subdomain: name.describe("Key or name of the subdomain"),
    count: z.int().min(1).max(1_000_000).describe("Number of rows to generate"),
    format: z.enum(["chat", "instruction"]).default("chat"),
    language: z
      .string()
      .min(1)
      .max(100)
      .default("en")
      .describe("Language tag, or English name of the language"),
    seed: z.int().default(0).describe("Seed of the parameters drawn for each row"),
    topics: z
      .array(z.string().min(1).max(500))
      .max(1000)
      .default([])
      .describe("Topics of the rows, in turn"),
    system: z.string().max(20_000).optional().describe("System prompt of each conversation"),
    instructions: z
      .string()
      .max(20_000)
      .optional()
      .describe("Extra instructions for the model that generates"),
    weights: ParameterWeights.default({}).describe("Weights that replace those of the domain"),
    ...Asked,
    temperature: z.number().min(0).max(2).default(0.7),
    concurrency: z.int().min(1).max(64).default(5).describe("Concurrent requests"),
    name: z.string().min(1).max(300).optional().describe("Name of the dataset"),
    rows: z.int().min(1).max(20).default(usualPreview).describe("Rows of the preview"),
    budget: dollars.max(100_000).optional().describe("Maximum cost of the dataset in dollars"),
  })
  .meta({ id: "WantedSet" });

/** What is no parameter of the job, or has another name there. */
const beside = ["model", "rows", "budget"];

function parametersOf(wanted: z.infer<typeof Wanted>): GenerationParameters {
  const given = Object.entries(wanted).filter(([name]) => !beside.includes(name));
  const models = wanted.model === undefined ? [] : [wanted.model];
  return GenerationParameters.parse({ ...Object.fromEntries(given), models });
}

const Prices = z.object({ likely: Price, most: Price.describe("Upper bound") });

const estimate = defineRoute({
  method: "POST",
  path: "/api/v1/generator/estimate",
  about: "Estimate the calls and the price of a dataset and of its preview; sends nothing",
  body: Wanted,
  answers: {
    200: z
      .object({
        provider: z.string(),
        models: z.array(z.string()),
        language: z.object({ tag: z.string(), name: z.string() }),
        has_price: z.boolean().describe("Whether the token prices of the model are known"),
        set: Prices,
        preview: Prices,
      })
      .meta({ id: "SetEstimate" }),
  },
  refusals: { 400: "The queue refused the job", 404: "No such domain or subdomain" },
  run: async ({ environment }, { body }) => {
    const parameters = parametersOf(body);
    const language = languageNamed(parameters.language);
    const whole = await estimateGeneration({ parameters }, environment);
    const count = Math.min(body.rows, body.count);
    const first = await estimateGeneration({ parameters: { ...parameters, count } }, environment);
    const told = (plan: typeof whole) => ({
      likely: toldPrice(plan.estimate.likely),
      most: toldPrice(plan.estimate.most),
    });
    return {
      ...{ provider: whole.provider, models: [...whole.models], has_price: whole.hasPrice },
      language: { tag: language.tag, name: language.name },
      ...{ set: told(whole), preview: told(first) },
    };
  },
});

const PreviewedSet = z
  .object({
    job_id: z.int(),
    queue_id: z.string().describe("Id of the job under /api/v1/jobs"),
    dataset_id: z.int().nullable(),
    state: z
      .enum(["asking", "waiting", "stopped", "going-on", "ended"])
      .describe("waiting: the preview is complete; continue or discard it"),
    preview: z
      .int()
      .nullable()
      .describe("Rows to generate before it waits; null after it was continued"),
    requested: z.int().describe("Rows to generate"),
    made: z.int().describe("Rows generated"),
    errors: z.array(z.string()),
    dataset: z
      .object({ id: z.int(), name: z.string() })
      .nullable()
      .describe("Null after it was deleted"),
    parameters: AnyJson,
    job: JobShape,
  })
  .meta({ id: "SetInTheMaking" });

async function toldSet({ store }: Studio, job: Job): Promise<z.infer<typeof PreviewedSet>> {
  const id = (await platformIdOf(store.db, job.id)) ?? 0;
  const row = await store.db
    .selectFrom("generation_jobs")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  const parameters = GenerationParameters.parse(job.parameters);
  const dataset = row?.dataset_id == null ? undefined : await datasetOf(store, row.dataset_id);
  return {
    ...{ job_id: id, queue_id: job.id, dataset_id: row?.dataset_id ?? null },
    ...{ state: await previewState(store, job), preview: parameters.preview ?? null },
    ...{ requested: parameters.count, made: row?.examples_generated ?? 0 },
    errors: JSON.parse(row?.errors ?? "[]") as string[],
    dataset: dataset === undefined ? null : { id: dataset.id, name: dataset.name },
    ...{ parameters, job: toldJob(job) },
  };
}

async function jobNumbered({ store }: Pick<Studio, "store">, id: number): Promise<Job> {
  const found = await jobOfPlatformId(store.db, id);
  if (found?.kind !== "generation")
    throw notFound(`there is no generation job ${id}`, "GET /api/tasks?type=generation");
  return await readJob(store.db, found.jobId);
}

const preview = defineRoute({
  method: "POST",
  path: "/api/v1/generator/previews",
  about:
    "Generate the first rows of a dataset, then wait. They stay part of the dataset when it continues",
  body: Wanted,
  answers: { 200: PreviewedSet },
  refusals: { 400: "The queue refused the job", 404: "No such domain or subdomain" },
  run: async (studio, { body }) => {
    studio.requireOpen();
    const { environment, store } = studio;
    const domain = loadDomains(environment).get(body.domain);
    const parameters = {
      ...parametersOf(body),
      ...{ domain: domain.key, subdomain: subdomainOf(domain, body.subdomain).key },
    };
    const { rows, budget } = body;
    return await toldSet(
      studio,
      await startPreview(store, { parameters, rows, budget }, environment),
    );
  },
});

const numbered = z.object({ job_id: PathNumber });

const show = defineRoute({
  method: "GET",
  path: "/api/v1/generator/{job_id}",
  about: "Get the state of a dataset that is being generated",
  params: numbered,
  answers: { 200: PreviewedSet },
  run: async (studio, { params }) => toldSet(studio, await jobNumbered(studio, params.job_id)),
});

const going = defineRoute({
  method: "POST",
  path: "/api/v1/generator/{job_id}/continue",
  about: "Generate the rows after the preview; those of the preview are kept",
  params: numbered,
  body: z
    .object({
      count: z
        .int()
        .min(1)
        .max(1_000_000)
        .optional()
        .describe("Total rows, to change the number requested"),
      budget: dollars.max(100_000).optional().describe("New maximum cost in dollars"),
    })
    .optional()
    .meta({ id: "GoOn" }),
  answers: { 200: PreviewedSet },
  refusals: { 409: "It does not wait for a decision" },
  run: async (studio, { params, body }) => {
    const { id } = await jobNumbered(studio, params.job_id);
    return await toldSet(studio, await goOn(studio.store, id, body ?? {}));
  },
});

const discard = defineRoute({
  method: "DELETE",
  path: "/api/v1/generator/{job_id}/preview",
  about: "Discard a preview and its dataset",
  params: numbered,
  answers: { 200: z.object({ deleted: z.int() }).meta({ id: "DiscardedPreview" }) },
  refusals: { 409: "It does not wait for a decision" },
  run: async ({ store }, { params }) => {
    const { id } = await jobNumbered({ store }, params.job_id);
    await discardPreview(store, id);
    return { deleted: params.job_id };
  },
});

const RowInTheMaking = z
  .object({
    id: z.int().describe("Id of the unit"),
    row: z.int().describe("Index in the dataset, from 0"),
    draw: z.int().describe("How often the row was drawn again because it repeated another"),
    status: z.enum(["asking", "made", "failed", "cancelled"]),
    values: z.record(z.string(), z.string()).describe("Parameter values drawn for the row"),
    exchanges: z.int().describe("Pairs of question and answer that the row must have"),
    rejections: z.array(z.string()).describe("Why answers were rejected, oldest first"),
    error: z.string().nullable().describe("Why there is no row, or why the last attempt failed"),
    spent: dollars.describe("Dollars"),
    finished_at: z.string().nullable(),
    example: z
      .object({ id: z.int(), content: AnyJson, status: z.enum(["active", "removed"]) })
      .nullable()
      .describe("The generated row"),
  })
  .meta({ id: "RowInTheMaking" });

const rows = defineRoute({
  method: "GET",
  path: "/api/v1/generator/{job_id}/rows",
  about:
    "List rows as they are generated, newest first, with their parameters and the reasons of failed attempts",
  params: numbered,
  query: z.object({
    before: z.coerce
      .number()
      .int()
      .min(1)
      .optional()
      .describe("Only rows with an id below this one"),
    limit: Paging.limit,
  }),
  answers: {
    200: z
      .object({
        rows: z.array(RowInTheMaking),
        next: z.int().nullable().describe("Pass it as before; null on the last page"),
      })
      .meta({ id: "RowsInTheMaking" }),
  },
  run: async (studio, { params, query }) => {
    const { store, environment } = studio;
    const job = await jobNumbered(studio, params.job_id);
    const found = await jobRows(store, job, query, environment);
    const told = found.rows.map(({ scenario, finishedAt, ...row }) => ({
      ...row,
      ...{ values: scenario.values, exchanges: scenario.exchanges },
      finished_at: timeOrNull(finishedAt),
    }));
    return { rows: told, next: found.next };
  },
});

const Value = z.object({
  name: z.string(),
  says: z.string().describe("The words used in the prompt"),
  weight: z.number().describe("Percent"),
});

const DomainCard = z
  .object({
    key: z.string(),
    name: z.string(),
    about: z.string(),
    context: z.string(),
    answers: z.string().describe("What a good answer does"),
    is_own: z.boolean().describe("True for a domain from your own file"),
    subdomains: z.array(z.object({ key: z.string(), name: z.string(), focus: z.string() })),
    parameters: z.array(
      z.object({
        name: z.string(),
        says: z.string(),
        is_common: z.boolean().describe("True for a parameter shared by all domains"),
        values: z.array(Value),
      }),
    ),
    turns: z.object({ least: z.int(), most: z.int() }),
  })
  .meta({ id: "DomainCard" });

function cardOf(domain: Domain): z.infer<typeof DomainCard> {
  const { key, name: called, about, context, answers, isShipped } = domain;
  const rules = domain.exchanges.when.map(({ count }) => count);
  const { least, most } = domain.exchanges.otherwise;
  return {
    ...{ key, name: called, about, context, answers, is_own: !isShipped },
    subdomains: domain.subdomains.map((one) => ({
      ...{ key: one.key, name: one.name, focus: one.focus },
    })),
    parameters: domain.parameters.map((one) => ({
      ...{ name: one.name, says: one.says, is_common: one.isCommon },
      values: one.values.map((value) => ({ ...value })),
    })),
    turns: { least: Math.min(least, ...rules), most: Math.max(most, ...rules) },
  };
}

const cards = defineRoute({
  method: "GET",
  path: "/api/v1/generator/domains",
  about: "List all domains with their subdomains, parameters and weights",
  answers: { 200: z.object({ domains: z.array(DomainCard) }).meta({ id: "DomainCards" }) },
  run: async ({ environment }) => ({ domains: loadDomains(environment).all().map(cardOf) }),
});

export const generatorPageRoutes: RouteGroup = {
  name: "making",
  about: "Generate a dataset with a preview: price, first rows, the rest",
  routes: [cards, estimate, preview, show, rows, going, discard],
};
