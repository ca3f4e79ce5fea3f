// ft jobs remove: an ended job goes out of the list.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";
import { jobArgument } from "./job-argument.ts";

export const jobsRemove = defineCommand({
  name: "jobs remove",
  summary: "Remove a job that has ended, with its log; files that it wrote stay",
  arguments: jobArgument,
  options: z.strictObject({}),
  examples: ["ft jobs remove t4k2"],
  run: async ({ arguments: { job = "" } }, io) => {
    const { changeJob } = await import("../../app/jobs/change.ts");
    const { deleteJob } = await import("../../store/index.ts");
    const { id } = await changeJob(io.environment, job, deleteJob);
    io.show({ job: id, removed: true }, () => `${id} is removed`);
  },
});
