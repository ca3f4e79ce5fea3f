// /api/v1/evaluations: what models answered and how good it was, on this machine: scores with their intervals, rows beside
// those of another model, worst first, and what a judge wrote of each.
import { z } from "zod";
import { answerSheets, type AnswerSheet, readSheet } from "../../app/evaluate/answer-sheets.ts";
import { answersTo, comparedRows, outcomes, rowOrders } from "../../app/evaluate/compared-rows.ts";
import { evidenceOf } from "../../app/evaluate/judge-evidence.ts";
import { keepRubric } from "../../app/evaluate/kept-rubrics.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import { AnyJson, Paging, PathPlace, Time, timeOf } from "./shared.ts";

const ScoreShape = z
  .object({
    metric: z.string(),
    score: z.number(),
    low: z.number().optional().describe("Lower bound of the 95 % confidence interval, where known"),
    high: z.number().optional(),
    better: z.enum(["higher", "lower"]),
    scale: z.number().nullable().describe("The highest possible score; null where there is none"),
  })
  .meta({ id: "EvaluationScore" });

const SheetShape = z
  .object({
    id: z.string(),
    folder: z.string(),
    benchmark: z.string().nullable().describe("Benchmark that asked several models together"),
    finished_at: Time,
    model: z.string(),
    adapter: z.string().nullable(),
    name: z.string().describe("Name of the run or the model"),
    data: z.string().describe("File of the rows"),
    samples: z.int(),
    unasked: z.int().describe("Rows that were not asked"),
    seconds: z.number(),
    signature: z.string().describe("Settings that scores depend on"),
    scores: z.array(ScoreShape),
    warnings: z.array(z.string()),
    questions: z
      .string()
      .describe("Fingerprint of the questions: equal where the same ones were asked"),
    compared_with: z
      .string()
      .nullable()
      .describe("The evaluation that its benchmark compares with"),
  })
  .meta({ id: "Evaluation" });

function toldSheet(sheet: AnswerSheet): z.infer<typeof SheetShape> {
  const { at, comparedWith, ...told } = sheet;
  return { ...told, finished_at: timeOf(at), compared_with: comparedWith };
}

const list = defineRoute({
  method: "GET",
  path: "/api/v1/evaluations",
  about: "List finished evaluations, newest first; a benchmark gives one per model",
  query: z.object(Paging),
  answers: {
    200: z.object({ evaluations: z.array(SheetShape), total: z.int() }).meta({ id: "Evaluations" }),
  },
  run: async (_, { query: { limit, offset } }) => {
    const all = await answerSheets();
    return { evaluations: all.slice(offset, offset + limit).map(toldSheet), total: all.length };
  },
});

const named = z.object({ id: z.string().min(1).max(100) });

const show = defineRoute({
  method: "GET",
  path: "/api/v1/evaluations/{id}",
  about: "Get an evaluation, and the evaluations of the same questions it can be compared with",
  params: named,
  answers: {
    200: z
      .object({ evaluation: SheetShape, comparable: z.array(SheetShape) })
      .meta({ id: "EvaluationDetails" }),
  },
  run: async (_, { params }) => {
    const { sheet } = await readSheet(params.id);
    const others = (await answerSheets()).filter(
      ({ id, questions }) => id !== sheet.id && questions === sheet.questions,
    );
    return { evaluation: toldSheet(sheet), comparable: others.map(toldSheet) };
  },
});

const against = z.string().min(1).max(100).optional().describe("The evaluation to compare with");

const RowShape = z
  .object({
    index: z.int(),
    id: z.string().nullable(),
    line: z.int(),
    prompt: z.string(),
    references: z.array(z.string()),
    answers: z
      .array(z.object({ text: z.string(), score: z.number().nullable(), finish: z.string() }))
      .describe("The answer of this evaluation, then that of the other"),
    difference: z.number().nullable().describe("Above 0 is better, whatever the metric"),
    outcome: z.enum(outcomes).nullable(),
  })
  .meta({ id: "EvaluationRow" });

const DeltaShape = z
  .object({
    delta: z.number().describe("Mean of this evaluation minus that of the other"),
    better: z
      .boolean()
      .nullable()
      .describe("Whether this evaluation is better; null where they are equal"),
    low: z.number().describe("Lower bound of the 95 % confidence interval"),
    high: z.number(),
    p: z.number().describe("Two-sided p-value"),
    wins: z.int(),
    ties: z.int(),
    losses: z.int(),
  })
  .meta({ id: "EvaluationDelta" });

const rows = defineRoute({
  method: "GET",
  path: "/api/v1/evaluations/{id}/rows",
  about:
    "List answers row by row with their score, beside those of another evaluation of the same questions",
  params: named,
  query: z.object({
    metric: z.string().max(100).optional().describe("Name of a metric; default: the first"),
    against,
    outcome: z.enum(outcomes).optional(),
    order: z
      .enum(rowOrders)
      .optional()
      .describe("Default: regressions, or worst without a second evaluation"),
    search: z.string().max(500).optional(),
    ...Paging,
  }),
  answers: {
    200: z
      .object({
        metric: z.string(),
        rows: z.array(RowShape),
        total: z.int(),
        counts: z.object({ win: z.int(), tie: z.int(), loss: z.int() }).nullable(),
        delta: DeltaShape.nullable().describe(
          "Difference of the means over rows, with a paired bootstrap",
        ),
      })
      .meta({ id: "EvaluationRows" }),
  },
  refusals: { 409: "The other evaluation has other questions, or the metric has no scores" },
  run: async (_, { params, query }) => await comparedRows(params.id, query),
});

const EvidenceShape = z
  .object({
    by: z.string().describe("The judge"),
    criterion: z.string().nullable().describe("Null for a comparison of two answers"),
    verdict: z.union([z.number(), z.enum(["base", "other", "tie"])]),
    evidence: z.string(),
    order: z
      .enum(["base first", "other first"])
      .nullable()
      .describe("In a comparison, which answer the judge saw first"),
  })
  .meta({ id: "JudgeEvidence" });

const row = defineRoute({
  method: "GET",
  path: "/api/v1/evaluations/{id}/rows/{index}",
  about: "Get one row: every answer with all its scores and the judge's evidence",
  params: named.extend({ index: PathPlace }),
  query: z.object({ against }),
  answers: {
    200: z
      .object({
        index: z.int(),
        file: z.string(),
        line: z.int(),
        prompt: z.string(),
        references: z.array(z.string()),
        answers: z.array(
          z.object({
            evaluation: z.string(),
            name: z.string(),
            text: z.string(),
            tokens: z.number(),
            finish: z.string(),
            scores: z.record(z.string(), z.number()),
            samples: z.array(AnyJson).describe("All sampled answers, each with its check result"),
            judge: z.array(EvidenceShape),
          }),
        ),
      })
      .meta({ id: "EvaluationRowDetails" }),
  },
  run: async (_, { params: { id, index }, query }) => {
    const found = await answersTo(id, index, query.against);
    const { row: first } = found[0] as (typeof found)[number];
    const { file, line, prompt, references } = first;
    return {
      ...{ index, file, line, prompt, references },
      answers: found.map(({ sheet, row: one }) => ({
        ...{ evaluation: sheet.id, name: sheet.name, text: one.prediction, tokens: one.tokens },
        ...{ finish: one.finishReason, scores: one.scores, samples: one.samples ?? [] },
        judge: evidenceOf(sheet, index),
      })),
    };
  },
});

const metrics = defineRoute({
  method: "GET",
  path: "/api/v1/evaluation-metrics",
  about: "List the metrics answers can be scored by",
  answers: {
    200: z
      .object({
        metrics: z.array(
          z.object({
            name: z.string(),
            about: z.string(),
            better: z.enum(["higher", "lower"]),
            scale: z.number().nullable(),
          }),
        ),
      })
      .meta({ id: "EvaluationMetrics" }),
  },
  run: async () => {
    const { metrics: known } = await import("../../eval/metrics/registry.ts");
    return {
      metrics: known.names().map((name) => {
        const { about, better, scale } = known.get(name);
        return { name, about, better, scale };
      }),
    };
  },
});

const Named = z.object({
  name: z
    .string()
    .regex(/^[\w-]{1,40}$/, "must be up to 40 letters, digits, - or _")
    .describe("Name of the criterion: letters, digits, - and _"),
  about: z.string().min(1).max(2000).describe("What an answer must do"),
});

const rubric = defineRoute({
  method: "POST",
  path: "/api/v1/evaluation-rubrics",
  about: "Save criteria as a rubric file for the judge of an evaluation or a benchmark",
  body: z
    .object({
      task: z.string().max(2000).optional().describe("What the answers are for"),
      criteria: z
        .array(Named)
        .min(1)
        .max(20)
        .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
          error: "criteria must have different names",
        }),
    })
    .meta({ id: "NewRubric" }),
  answers: { 200: z.object({ file: z.string() }).meta({ id: "KeptRubric" }) },
  run: async ({ environment }, { body }) => ({ file: await keepRubric(environment, body) }),
});

export const evaluationRoutes: RouteGroup = {
  name: "evaluations",
  about: "Answers of models, scored and compared",
  routes: [list, show, rows, row, metrics, rubric],
};
