// Criteria that rows are scored by, in the order in which they are asked. The next one is one file, one line here, and
// its prompt, data/prompts/criterion-….md.
import { Registry } from "../../../core/registry.ts";
import { unknownCriterion } from "../quality-errors.ts";
import { alignment } from "./alignment.ts";
import { contentQuality } from "./content-quality.ts";
import type { Criterion } from "./criterion.ts";
import { factualCorrectness } from "./factual-correctness.ts";
import { formatting } from "./formatting.ts";
import { trainingUtility } from "./training-utility.ts";

export const criteria = new Registry<Criterion>(
  {
    content_quality: contentQuality,
    alignment,
    factual_correctness: factualCorrectness,
    formatting,
    training_utility: trainingUtility,
  },
  ({ name, known }) => unknownCriterion(name, known),
);
