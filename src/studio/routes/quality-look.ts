// /api/v1/quality: a quality job looked through row by row: scores with their evidence, before and after, what stands and
// what was taken back; rows rated without the judge's scores, and how far both agree.
import { z } from "zod";
import { blindRating, rateRow } from "../../app/quality/blind-rating.ts";
import { estimateDataset } from "../../app/quality/estimate-dataset.ts";
import { judgeWarnings } from "../../app/quality/judge-warnings.ts";
import { type JudgedUnit, liveOutcomes, partsOf } from "../../app/quality/live-outcomes.ts";
import {
  acceptRow,
  histogramOf,
  type LookedUnit,
  lookAtRow,
  lookThrough,
  turnRow,
} from "../../app/quality/looking.ts";
import { QualityParameters } from "../../app/quality/parameters.ts";
import { type Job, readJob, type Store } from "../../store/index.ts";
import { jobOfPlatformId } from "../../store/platform/index.ts";
import { notFound } from "../http/errors.ts";
import { defineRoute, type Route, type RouteGroup } from "../route.ts";
import { JobShape, toldJob } from "./jobs.ts";
import { datasetOf, Price, toldPrice } from "./making-shapes.ts";
import { qualityChoices, QualityCriteria, QualityRubric } from "./quality-choices.ts";
import { AnyJson, Asked, Paging, PathNumber } from "./shared.ts";

const count = z.int().min(0);
const score = z.number().nullable();

const numbered = z.object({ job_id: PathNumber });
const ofRow = z.object({ job_id: PathNumber, row: PathNumber });

async function jobNumbered(store: Store, id: number): Promise<Job> {
  const found = await jobOfPlatformId(store.db, id);
  if (found?.kind !== "quality")
    throw notFound(`there is no quality job ${id}`, "GET /api/tasks?type=quality");
  return await readJob(store.db, found.jobId);
}

const estimate = defineRoute({
  method: "POST",
  path: "/api/v1/quality/estimate",
  about: "Estimate the calls and the price of judging a dataset from its first rows; sends nothing",
  body: z
    .object({
      dataset_id: z.int().min(1),
      min_quality_score: z.number().min(0).max(10).default(7).describe("Minimum score of a row"),
      auto_fix: z.boolean().default(true).describe("Rewrite rows below the minimum score"),
      ...Asked,
      criteria: QualityCriteria,
      rubric: QualityRubric,
    })
    .meta({ id: "QualityToEstimate" }),
  answers: {
    200: z
      .object({
        provider: z.string(),
        models: z.array(z.string()),
        has_price: z.boolean().describe("Whether the token prices of the model are known"),
        rows: count,
        looked: count.describe("Rows the estimate is based on"),
        found_by_checks: count.describe("Rows that a check rejects before they are scored"),
        scoring: Price.describe("Price of scoring alone"),
        likely: Price.describe(
          "Assumes that a quarter of the scored rows are below the minimum score",
        ),
        most: Price.describe("Upper bound"),
      })
      .meta({ id: "QualityEstimate" }),
  },
  refusals: { 404: "No such dataset" },
  run: async ({ environment, store }, { body }) => {
    const { dataset_id: datasetId, provider, model, criteria, rubric } = body;
    const settings = {
      ...{ minQualityScore: body.min_quality_score, autoFix: body.auto_fix },
      ...(criteria !== undefined && { criteria }),
    };
    const wanted = { datasetId, settings, provider, model, rubric };
    const told = await estimateDataset(store, wanted, environment);
    const { rows, foundByChecks, scoring, likely, most } = told.estimate;
    return {
      ...{ provider: told.provider, models: [...told.models], has_price: told.hasPrice },
      ...{ rows, looked: told.looked, found_by_checks: foundByChecks },
      ...{ scoring: toldPrice(scoring), likely: toldPrice(likely), most: toldPrice(most) },
    };
  },
});

const Means = z.object({ before: score, after: score });

const Summary = z
  .object({
    job: JobShape,
    dataset: z.object({ id: z.int(), name: z.string(), rows: count }).nullable(),
    settings: AnyJson,
    criteria: z.array(
      z.object({ name: z.string(), title: z.string(), before: score, after: score }),
    ),
    counts: z.object({ processed: count, kept: count, fixed: count, removed: count, below: count }),
    by_check: z.record(z.string(), count).describe("Rows per check that found something"),
    refused_rewritings: count.describe("Rewritten rows that were not used"),
    average: Means,
    histogram: z
      .object({ before: z.array(count), after: z.array(count) })
      .describe("Rows per whole point, 0 to 10"),
    judge: z.object({
      scored: count,
      unjudged: count.describe("Rows that the judge could not score"),
      distinct: count.describe("Number of different scores"),
      spread: score.describe("Standard deviation of the scores"),
      quoted: score.describe("Share of the judge's quotes that occur in the row"),
    }),
    warnings: z.array(z.string()).describe("Warnings about the reliability of the judge"),
    errors: z.array(AnyJson),
    result_file_path: z.string().nullable(),
  })
  .meta({ id: "QualitySummary" });

const summary = defineRoute({
  method: "GET",
  path: "/api/v1/quality/{job_id}",
  about: "Get the results of a quality job so far",
  params: numbered,
  answers: { 200: Summary },
  run: async ({ store }, { params }) => {
    const job = await jobNumbered(store, params.job_id);
    const { settings, prompts } = QualityParameters.parse(job.parameters);
    const live = await liveOutcomes(store, job.id);
    const { processed, kept, fixed, removed, below, judge, ...tally } = live.result;
    const row = await store.db
      .selectFrom("quality_jobs")
      .select(["dataset_id", "errors", "result_file_path"])
      .where("id", "=", params.job_id)
      .executeTakeFirst();
    const dataset = row?.dataset_id == null ? undefined : await datasetOf(store, row.dataset_id);
    const { scored, unjudged, distinct, spread, quoted } = judge;
    return {
      job: toldJob(job),
      dataset:
        dataset === undefined
          ? null
          : { id: dataset.id, name: dataset.name, rows: dataset.exampleCount },
      settings,
      criteria: prompts.criteria.map(({ name, title }) => ({
        ...{ name, title },
        before: tally.criteria[name]?.before ?? null,
        after: tally.criteria[name]?.after ?? null,
      })),
      counts: { processed, kept, fixed, removed, below },
      ...{ by_check: tally.byCheck, refused_rewritings: tally.refusedRewritings },
      average: { before: tally.averageBefore, after: tally.averageAfter },
      histogram: histogramOf(live),
      judge: { scored, unjudged, distinct, spread, quoted },
      warnings: judgeWarnings(judge),
      errors: JSON.parse(row?.errors ?? "[]") as unknown[],
      result_file_path: row?.result_file_path ?? null,
    };
  },
});

const Part = z.object({ field: z.string(), role: z.string(), text: z.string() });

const JudgedShape = z
  .object({
    id: z.int().describe("Id of the unit"),
    row_id: z.string(),
    position: count.describe("Index in the dataset, from 0"),
    example_id: z.int().nullable(),
    decision: z.enum(["kept", "fixed", "removed"]),
    is_below: z.boolean().describe("The row is still below the minimum score"),
    score,
    after: score.describe("Score of the rewritten row"),
    standing: z
      .enum(["applied", "undone", "changed", "none"])
      .describe("Whether the decision is applied to the row now"),
    is_accepted: z.boolean().describe("A person has reviewed the decision and accepted it"),
    reasons: z.array(z.string()),
    findings: z.array(z.object({ check: z.string(), field: z.string(), message: z.string() })),
    criteria: z.array(
      z.object({
        name: z.string(),
        score: z.number(),
        evidence: z.string().describe("Words of the row the score is based on"),
        is_quoted: z.boolean().describe("Whether these words occur in the row"),
        issue: z.string().describe("What the judge criticizes"),
        after: score,
      }),
    ),
    refused: z.string().nullable().describe("Why the rewritten row was not used"),
    better: z
      .enum(["original", "rewriting", "tie"])
      .nullable()
      .describe("Result of comparing both in both orders"),
    parts: z.array(Part).describe("The original row"),
    parts_after: z.array(Part).nullable().describe("The rewritten row"),
    model: z.string().nullable(),
  })
  .meta({ id: "JudgedRow" });

function criteriaOf({ outcome }: JudgedUnit): z.infer<typeof JudgedShape>["criteria"] {
  const { scores, rewriting } = outcome;
  const before = scores?.criteria ?? {};
  const after = rewriting?.scores?.criteria ?? {};
  return Object.entries(before).map(([name, { score: of, evidence, isQuoted, issue }]) => ({
    ...{ name, score: of, evidence, is_quoted: isQuoted, issue },
    after: after[name]?.score ?? null,
  }));
}

function toldRow(unit: LookedUnit): z.infer<typeof JudgedShape> {
  const { row, outcome } = unit;
  const { decision, isBelow, scores, rewriting, reasons, findings, model } = outcome;
  return {
    ...{ id: unit.unitId, row_id: row.id, position: row.position },
    ...{ example_id: row.example ?? null, decision, is_below: isBelow, reasons },
    ...{ score: scores?.overall ?? null, after: rewriting?.scores?.overall ?? null },
    ...{ standing: unit.standing, is_accepted: unit.isAccepted },
    findings: findings.map(({ check, field, message }) => ({ check, field, message })),
    criteria: criteriaOf(unit),
    ...{ refused: rewriting?.refused ?? null, better: rewriting?.better ?? null },
    parts: partsOf(row.text),
    parts_after: rewriting?.text === undefined ? null : partsOf(rewriting.text),
    model: model ?? null,
  };
}

const rows = defineRoute({
  method: "GET",
  path: "/api/v1/quality/{job_id}/rows",
  about: "List judged rows: newest first, by position, lowest score first, or largest gain first",
  params: numbered,
  query: z.object({
    decision: z.enum(["all", "kept", "fixed", "removed", "below"]).default("all"),
    order: z.enum(["newest", "position", "score", "gain"]).default("newest"),
    ...Paging,
  }),
  answers: {
    200: z.object({ rows: z.array(JudgedShape), total: count }).meta({ id: "JudgedRows" }),
  },
  run: async ({ store }, { params, query }) => {
    const { decision: filter, order, offset, limit } = query;
    const job = await jobNumbered(store, params.job_id);
    const page = await lookThrough(store, job, { filter, order, offset, limit });
    return { rows: page.rows.map(toldRow), total: page.total };
  },
});

async function rowNumbered(store: Store, { job_id, row }: z.infer<typeof ofRow>) {
  const job = await jobNumbered(store, job_id);
  const unit = await lookAtRow(store, job.id, row);
  if (unit === undefined) throw notFound(`row ${row} has not been judged by this job`);
  return { job, unit };
}

const show = defineRoute({
  method: "GET",
  path: "/api/v1/quality/{job_id}/rows/{row}",
  about: "Get a judged row",
  params: ofRow,
  answers: { 200: JudgedShape },
  run: async ({ store }, { params }) => toldRow((await rowNumbered(store, params)).unit),
});

type Deed = (store: Store, of: { job: Job; unit: LookedUnit }) => Promise<void>;

const did = (word: string, about: string, deed: Deed): Route =>
  defineRoute({
    method: "POST",
    path: `/api/v1/quality/{job_id}/rows/{row}/${word}`,
    about,
    params: ofRow,
    answers: { 200: JudgedShape },
    refusals: { 409: "The row was changed since" },
    run: async ({ store }, { params }) => {
      await deed(store, await rowNumbered(store, params));
      return toldRow((await rowNumbered(store, params)).unit);
    },
  });

const deeds: Route[] = [
  did("accept", "Accept the decision about a row", async (store, { job, unit }) => {
    if (unit.standing === "undone") await turnRow(store, unit, "applied");
    await acceptRow(store, job.id, unit.unitId, true);
  }),
  did("undo", "Restore the row as it was before it was judged", async (store, of) => {
    await turnRow(store, of.unit, "undone");
    await acceptRow(store, of.job.id, of.unit.unitId, false);
  }),
];

const Interval = z.object({
  ...{ kappa: score, low: score, high: score, count },
  same: z.number().describe("Share of equal ratings"),
});

const Rating = z
  .object({
    rows: z.array(
      z.object({
        id: z.int().describe("Id of the unit"),
        row_id: z.string(),
        parts: z.array(Part),
        rating: score,
      }),
    ),
    rated: count,
    agreement: z
      .object({
        count,
        quadratic: Interval.describe("Weighted kappa: close ratings count in part"),
        plain: Interval.describe("Unweighted kappa: only equal ratings count"),
        decisions: Interval.describe("Kappa of the decision: good enough or not"),
        mean_difference: score.describe(
          "Mean score of the judge minus that of the person, in points",
        ),
        bar_for_yours: score.describe(
          "Minimum score to set for this judge to match the decisions of the person",
        ),
        bar: z.number(),
      })
      .nullable(),
  })
  .meta({ id: "QualityRating" });

async function toldRating(store: Store, job: Job, wanted: number): Promise<z.infer<typeof Rating>> {
  const { rows: blind, rated, agreement } = await blindRating(store, job, wanted);
  const { settings } = QualityParameters.parse(job.parameters);
  const interval = ({ kappa, low, high, count: of, same }: z.infer<typeof Interval>) => ({
    ...{ kappa, low, high, count: of, same },
  });
  return {
    rows: blind.map(({ unitId, id, parts, rating }) => ({
      ...{ id: unitId, row_id: id, parts, rating },
    })),
    rated,
    agreement:
      agreement === null
        ? null
        : {
            count: agreement.count,
            ...{ quadratic: interval(agreement.quadratic), plain: interval(agreement.plain) },
            decisions: interval(agreement.decisions),
            mean_difference: agreement.meanDifference,
            ...{ bar_for_yours: agreement.barForYours, bar: settings.minQualityScore },
          },
  };
}

const wanted = z.coerce.number().int().min(1).max(200).default(20);

const rating = defineRoute({
  method: "GET",
  path: "/api/v1/quality/{job_id}/rating",
  about: "List rows to rate without seeing the judge's scores, and how far person and judge agree",
  params: numbered,
  query: z.object({ count: wanted.describe("Total rows, including rated ones") }),
  answers: { 200: Rating },
  run: async ({ store }, { params, query }) =>
    await toldRating(store, await jobNumbered(store, params.job_id), query.count),
});

const rate = defineRoute({
  method: "PUT",
  path: "/api/v1/quality/{job_id}/rows/{row}/rating",
  about: "Rate a row from 0 to 10; null deletes the rating",
  params: ofRow,
  body: z
    .object({ rating: z.number().min(0).max(10).multipleOf(0.5).nullable() })
    .meta({ id: "RowRating" }),
  answers: { 200: z.object({ id: z.int(), rating: score }).meta({ id: "RatedRow" }) },
  run: async ({ store }, { params, body }) => {
    const { job, unit } = await rowNumbered(store, params);
    await rateRow(store, job.id, unit.unitId, body.rating);
    return { id: unit.unitId, rating: body.rating };
  },
});

export const qualityLookRoutes: RouteGroup = {
  name: "judged",
  about: "Results of quality jobs, row by row",
  routes: [qualityChoices, estimate, summary, rows, show, ...deeds, rating, rate],
};
