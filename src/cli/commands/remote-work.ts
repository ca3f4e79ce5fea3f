// ft remote work: what a job of Hugging Face runs. A person has no use for it, but may look what a job would do.
import { z } from "zod";
import { ExitCode } from "../../core/errors.ts";
import { defineCommand } from "../define-command.ts";

export const remoteWorkCommand = defineCommand({
  name: "remote work",
  summary: "Run a task inside a Hugging Face job: ft train start --on starts such jobs",
  arguments: {
    repository: { about: "Private dataset of the hub that holds the task" },
    task: { about: "Name of the task" },
  },
  options: z.strictObject({}),
  examples: ["ft remote work me/ft-jobs 20261127-120226-4f9a1c"],
  run: async ({ arguments: { repository = "", task = "" } }, io) => {
    const { workOnJob } = await import("../../app/remote/job-work.ts");
    const last = await workOnJob(repository, task, {
      ...{ environment: io.environment, signal: io.signal },
      say: (line) => io.print(line),
    });
    return last.type === "run-stopped" ? ExitCode.interrupted : ExitCode.ok;
  },
});
