// ft jobs list: what is in the queue and what was, a row each.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { listText } from "../render/jobs.ts";

const statuses = ["pending", "running", "paused", "completed", "failed", "cancelled"] as const;

export const jobsList = defineCommand({
  name: "jobs list",
  summary: "List jobs, newest first: progress, remaining time and cost",
  options: z.strictObject({
    status: z
      .enum(statuses)
      .optional()
      .describe("Only jobs with this status")
      .register(flags, { short: "s" }),
    kind: z
      .string()
      .optional()
      .describe("Only jobs of this kind: training, making, …")
      .register(flags, { short: "k", value: "KIND" }),
    limit: z.int().min(1).max(10_000).default(50).describe("Maximum jobs to show"),
    offset: z.int().min(0).default(0).describe("Skip this many of the newest"),
  }),
  examples: [
    "ft jobs list",
    "ft jobs list --status running",
    "ft jobs list --kind training --json",
  ],
  run: async ({ options: { status, kind, limit, offset } }, io) => {
    const { jobList } = await import("../../app/jobs/overview.ts");
    const list = await jobList(io.environment, {
      ...(status !== undefined && { status }),
      ...(kind !== undefined && { kind }),
      ...{ limit, offset },
    });
    io.show(list, () => listText(list));
  },
});
