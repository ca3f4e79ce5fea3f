// ft jobs show: one job, what went wrong in it, and its log.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";
import { detailsText } from "../render/jobs.ts";
import { jobArgument } from "./job-argument.ts";

export const jobsShow = defineCommand({
  name: "jobs show",
  summary: "Show a job: its progress, what failed and how to fix it, and the end of its log",
  arguments: jobArgument,
  options: z.strictObject({
    log: z.boolean().default(false).describe("The whole log"),
  }),
  examples: ["ft jobs show t4k2", "ft jobs show t4k2 --log", "ft jobs show t4k2 --json"],
  run: async ({ arguments: { job = "" }, options: { log } }, io) => {
    const { jobDetails } = await import("../../app/jobs/overview.ts");
    const details = await jobDetails(io.environment, job, { wholeLog: log });
    io.show(details, () => detailsText(details));
  },
});
