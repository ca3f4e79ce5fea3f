// ft runs follow: a run as its own terminal would show it, until it has ended.
import { hostname } from "node:os";
import { z } from "zod";
import { RunConfigSchema } from "../../app/config/schema.ts";
import { followRun } from "../../app/runs/follow-run.ts";
import { ExitCode, FtError } from "../../core/errors.ts";
import { lockOwner, type RunDetails, type RunEvent, showRun } from "../../runs/index.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { BANNER, configurationBlock } from "../render/run-events.ts";
import { watch } from "../training.ts";

function introduce({ runId, outputDir, status, record }: RunDetails, io: Io): void {
  const { data: config } = RunConfigSchema.safeParse(record.config);
  if (config !== undefined) io.note(`${BANNER}\n\n${configurationBlock(config)}\n`);
  const host = lockOwner(outputDir)?.host;
  const where = host === undefined || host === hostname() ? "" : ` on the machine ${host}`;
  if (status === "running")
    io.note(`${runId} is running${where}; Ctrl-C ends the watching, not the run`);
}

/** Ends as the run did. */
function endAs(last: RunEvent | undefined, exitCode: number, io: Io): number {
  if (last?.type === "run-failed") {
    const { code, message, hint, problems = [] } = last;
    throw new FtError(code, { message, problems, ...(hint !== null && { hint }) }, last.exitCode);
  }
  return io.wasInterrupted ? ExitCode.interrupted : exitCode;
}

export const runsFollow = defineCommand({
  name: "runs follow",
  summary: "Watch a run until it ends, and exit with its exit code",
  arguments: { run: { about: "Id, the start of an id, or a run folder" } },
  options: z.strictObject({}),
  examples: ["ft runs follow ./output", "ft runs follow 20261121-120226-4f9a1c --json"],
  run: async ({ arguments: { run: name = "" } }, io) => {
    const run = showRun(name);
    const watched = watch(io);
    introduce(run, io);
    io.interruptNote = `No longer watching. The run goes on: ft runs stop ${run.runId} ends it.`;
    let last: RunEvent | undefined;
    for await (const event of followRun(run.outputDir, { signal: io.signal })) {
      watched.onEvent(event);
      last = event;
    }
    return endAs(last, watched.exitCode(), io);
  },
});
