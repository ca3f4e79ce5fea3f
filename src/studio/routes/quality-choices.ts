// What may be chosen of how a set is judged: by which criteria, and what counts in it beside them.
import { z } from "zod";
import { Rubric } from "../../app/quality/parameters.ts";
import { criteria } from "../../synth/quality/criteria/registry.ts";
import { defineRoute } from "../route.ts";

export const QualityCriteria = z
  .array(z.string().min(1).max(100))
  .min(1)
  .max(50)
  .optional()
  .describe("Criteria to score rows by; default: all");

export const QualityRubric = Rubric.optional().describe(
  "Additional requirements of this dataset, in words; sent to the judge and to the model that rewrites rows",
);

export const qualityChoices = defineRoute({
  method: "GET",
  path: "/api/v1/quality-criteria",
  about: "List the criteria rows can be scored by",
  answers: {
    200: z
      .object({ criteria: z.array(z.object({ name: z.string(), title: z.string() })) })
      .meta({ id: "QualityCriteria" }),
  },
  run: async () => ({
    criteria: criteria.names().map((name) => ({ name, title: criteria.get(name).title })),
  }),
});
