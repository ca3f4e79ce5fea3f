// ft jobs pause: it waits until it is resumed.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";
import { jobArgument } from "./job-argument.ts";

export const jobsPause = defineCommand({
  name: "jobs pause",
  summary: "Pause a job: units in progress finish, a training stops at a checkpoint",
  arguments: jobArgument,
  options: z.strictObject({}),
  examples: ["ft jobs pause t4k2"],
  run: async ({ arguments: { job = "" } }, io) => {
    const { changeJob } = await import("../../app/jobs/change.ts");
    const { pauseJob } = await import("../../store/index.ts");
    const { id } = await changeJob(io.environment, job, pauseJob);
    io.show({ job: id, status: "paused" }, () => `${id} is paused; ft jobs resume ${id} goes on`);
  },
});
