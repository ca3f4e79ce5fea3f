// Finding conversations in the documents of a review as a job: in a process of its own, whose readers have processes of
// theirs with limits.
import { z } from "zod";
import { taskKind } from "./task-kind.ts";

export const IdentifyParameters = z.strictObject({
  /** Number of the review that the documents were handed in for. */
  review: z.int().positive(),
});

export type IdentifyParameters = z.infer<typeof IdentifyParameters>;

export const identifyKind = taskKind({
  about: "finds the conversations in the documents of a review",
  parameters: IdentifyParameters,
  jobsAtOnce: 2,
  title: ({ review }) => `conversations in the documents of review ${review}`,
  prepare: async (given) => given,
  task: "identify",
});
