// Our own course of a run.
import { cutRows } from "../../data/index.ts";
import { everyEvaluation } from "../../train/run.ts";
import { layOut } from "../train/lay-out-rows.ts";
import { planRun } from "../train/plan-run.ts";
import type { Course } from "./course.ts";

export const ft: Course = {
  about: "every row once an epoch, counted in optimizer steps",
  problems: () => [],
  cut: cutRows,
  layOut,
  plan: (config, { batches }) => planRun(config, batches),
  evaluations: ({ optimization }, { validation }, totalSteps) =>
    everyEvaluation(optimization, validation.length, totalSteps),
  stepsAnUpdate: () => 1,
};
