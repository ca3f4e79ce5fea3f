// Our own course of a run.
import { cutRows } from "../../data/index.ts";
import { everyEvaluation, inOrder } from "../../train/run.ts";
import { layOut } from "../train/lay-out-rows.ts";
import { planRun } from "../train/plan-run.ts";
import type { Course } from "./course.ts";

export const ft: Course = {
  about: "each row once per epoch, counted in optimizer steps",
  problems: () => [],
  cut: cutRows,
  layOut,
  plan: (config, { batches }) => planRun(config, batches),
  evaluations: ({ optimization }, { validation }, totalSteps) =>
    everyEvaluation(optimization, validation.length, totalSteps),
  testBatches: ({ optimization: { batch_size, test_batches } }, { test }) =>
    inOrder(test.length, batch_size).slice(0, test_batches ?? undefined),
  stepsAnUpdate: () => 1,
};
