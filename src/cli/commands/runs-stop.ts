// ft runs stop: end a run in order, wherever on this machine or on which host it runs.
import { z } from "zod";
import type { StoppedRun } from "../../app/runs/stop-run.ts";
import { defineCommand } from "../define-command.ts";

function stoppedText({ runId, status, step, checkpointPath, resume }: StoppedRun): string {
  const saved =
    checkpointPath === null ? "no checkpoint was written" : `saved to ${checkpointPath}`;
  const ended =
    status === "stopped"
      ? `${runId} stopped after step ${step}; ${saved}.`
      : `${runId} ${status} after step ${step}, before it could be stopped.`;
  return resume === null ? ended : `${ended}\n${resume} continues it.`;
}

export const runsStop = defineCommand({
  name: "runs stop",
  summary: "Stop a run: it finishes the current step and saves a checkpoint",
  arguments: { run: { about: "Id, the start of an id, or a run folder" } },
  options: z.strictObject({}),
  examples: ["ft runs stop ./output", "ft runs stop 20261121-120226-4f9a1c --json"],
  run: async ({ arguments: { run = "" } }, io) => {
    const { stopRun } = await import("../../app/runs/stop-run.ts");
    io.interruptNote = "No longer waiting; the run ends all the same.";
    const stopped = await stopRun(run, {
      environment: io.environment,
      signal: io.signal,
      onNotice: (text) => io.note(text),
      onAsked: ({ pid }, already) =>
        io.note(
          already ? `It is stopping already (process ${pid}).` : `Process ${pid} is asked to stop.`,
        ),
    });
    io.show(stopped, () => stoppedText(stopped));
  },
});
