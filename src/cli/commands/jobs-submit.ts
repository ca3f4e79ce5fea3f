// ft jobs submit: any kind of job, by its parameters.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { wrongJson } from "../../app/jobs/job-errors.ts";
import { flags } from "../../core/flags.ts";
import { parseJson } from "../../core/json-text.ts";
import { defineCommand } from "../define-command.ts";
import { priorityOption } from "./job-argument.ts";

/** JSON itself, or a file of it. Throws UsageError FT-JOB-013 for what is none. */
function readParameters(given: string): unknown {
  const text = given.trimStart().startsWith("{") ? given : readFileSync(given, "utf8");
  const parsed = parseJson(text);
  if (parsed.ok) return parsed.value;
  throw wrongJson(text === given ? undefined : given, parsed.problem);
}

export const jobsSubmit = defineCommand({
  name: "jobs submit",
  summary: "Put a job of any kind into the queue",
  arguments: {
    kind: { about: "training, evaluation, export, upload, …: docs/jobs.md lists them" },
    parameters: { about: "JSON, or a file of it" },
  },
  options: z.strictObject({
    priority: priorityOption,
    extension: z
      .array(z.string())
      .default([])
      .describe("Module that registers kinds of jobs and the like; may be repeated")
      .register(flags, { value: "PATH" }),
  }),
  examples: [
    "ft jobs submit export export.json",
    "ft jobs submit evaluation evaluation.json --priority 5",
  ],
  run: async ({ arguments: { kind = "", parameters = "" }, options }, io) => {
    const { loadExtensions } = await import("../../app/extensions.ts");
    const { submitJob } = await import("../../app/jobs/submit.ts");
    const { withStore } = await import("../../app/store/with-store.ts");
    await loadExtensions(options.extension);
    const { priority } = options;
    const { environment } = io;
    const job = await withStore(environment, (store) =>
      submitJob(store, kind, readParameters(parameters), { priority, environment }),
    );
    io.show({ job }, () => `${job.id} ${job.title}: in the queue; ft jobs work does it`);
  },
});
