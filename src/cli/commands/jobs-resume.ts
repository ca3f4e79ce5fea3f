// ft jobs resume: a paused job goes on.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";
import { jobArgument, priorityOption } from "./job-argument.ts";

export const jobsResume = defineCommand({
  name: "jobs resume",
  summary: "Resume a paused job",
  arguments: jobArgument,
  options: z.strictObject({ priority: priorityOption }),
  examples: ["ft jobs resume t4k2", "ft jobs resume t4k2 --priority 5"],
  run: async ({ arguments: { job = "" }, options: { priority } }, io) => {
    const { changeJob } = await import("../../app/jobs/change.ts");
    const { resumeJob } = await import("../../store/index.ts");
    const { id } = await changeJob(io.environment, job, resumeJob, priority);
    io.show({ job: id, status: "pending" }, () => `${id} goes on`);
  },
});
