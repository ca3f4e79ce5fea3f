// A set made of others as a job: merged, drawn, written in the other form, kept as a version, made of a review.
import { z } from "zod";
import { makings, readMaking } from "../../data/sets/makings.ts";
import { taskKind } from "./task-kind.ts";

export const MakeSetParameters = z.strictObject({
  making: z.string().min(1).max(40),
  options: z.record(z.string(), z.unknown()),
});

export type MakeSetParameters = z.infer<typeof MakeSetParameters>;

export const makeSetKind = taskKind({
  about: "makes a dataset from others, or from a review",
  parameters: MakeSetParameters,
  jobsAtOnce: 2,
  title: ({ making }) => makings.get(making).title,
  prepare: async (given) => readMaking(given) as MakeSetParameters,
  task: "make-set",
});
