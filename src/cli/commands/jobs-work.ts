// ft jobs work: a worker in this terminal.
import { z } from "zod";
import { ExitCode } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { JobScreen } from "./jobs-follow.ts";

export const jobsWork = defineCommand({
  name: "jobs work",
  summary: "Work on jobs of the queue in this terminal, until Ctrl-C or until none is left",
  options: z.strictObject({
    untilEmpty: z
      .boolean()
      .default(false)
      .describe("Stop when no job is left; exit code 1 if one of them failed"),
    extension: z
      .array(z.string())
      .default([])
      .describe("Module that registers kinds of jobs and the like; may be repeated")
      .register(flags, { value: "PATH" }),
  }),
  examples: ["ft jobs work", "ft jobs work --until-empty", "MAX_CONCURRENT_JOBS=4 ft jobs work"],
  run: async ({ options: { untilEmpty, extension } }, io) => {
    const { loadExtensions } = await import("../../app/extensions.ts");
    const { workHere } = await import("../../app/jobs/work-here.ts");
    await loadExtensions(extension);
    const screen = new JobScreen(io);
    const { signal } = io;
    const { failed, unable } = await workHere(io.environment, {
      ...{ signal, untilEmpty },
      onReady: () => io.note("Works on jobs; Ctrl-C ends it, and they go on with the next worker."),
      onEvent: (event) => screen.show({ event }, `${event.jobId}  `),
    });
    for (const { id, title } of unable) {
      io.note(`${id} ${title}: goes on when the command that made it is run again`);
    }
    if (io.wasInterrupted) return ExitCode.interrupted;
    return failed > 0 ? ExitCode.runFailed : ExitCode.ok;
  },
});
