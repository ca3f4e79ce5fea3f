// ft jobs retry: what failed or was cancelled is done again.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";
import { jobArgument, priorityOption } from "./job-argument.ts";

export const jobsRetry = defineCommand({
  name: "jobs retry",
  summary: "Retry what failed or was cancelled in a job; finished work is kept",
  arguments: jobArgument,
  options: z.strictObject({ priority: priorityOption }),
  examples: ["ft jobs retry t4k2"],
  run: async ({ arguments: { job = "" }, options: { priority } }, io) => {
    const { changeJob } = await import("../../app/jobs/change.ts");
    const { retryJob } = await import("../../store/index.ts");
    const { id } = await changeJob(io.environment, job, retryJob, priority);
    io.show({ job: id, status: "pending" }, () => `${id} is tried again`);
  },
});
