// ft jobs cancel: no unit of it begins any more, and those in hand stop.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";
import { jobArgument } from "./job-argument.ts";

export const jobsCancel = defineCommand({
  name: "jobs cancel",
  summary: "Cancel a job; finished work is kept, and ft jobs retry continues with the rest",
  arguments: jobArgument,
  options: z.strictObject({}),
  examples: ["ft jobs cancel t4k2"],
  run: async ({ arguments: { job = "" } }, io) => {
    const { changeJob } = await import("../../app/jobs/change.ts");
    const { cancelJob } = await import("../../store/index.ts");
    const { id } = await changeJob(io.environment, job, cancelJob);
    io.show({ job: id, status: "cancelled" }, () => `${id} is cancelled`);
  },
});
