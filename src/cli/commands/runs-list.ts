// ft runs list: every run this user started, newest first.
import { z } from "zod";
import { listRuns, type RunSummary } from "../../runs/index.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

const loss = (value: number | null): string => (value === null ? "-" : value.toFixed(4));

function runsTable(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return "No runs yet. ft train quick builtin/tiny starts one.";
  return table(runs, [
    { title: "RUN", value: (run) => run.runId },
    { title: "STATUS", value: (run) => run.status },
    { title: "MODEL", value: (run) => run.model },
    { title: "STEP", value: (run) => run.step },
    { title: "LOSS", value: (run) => loss(run.trainLoss) },
    { title: "VALIDATION", value: (run) => loss(run.validationLoss) },
    { title: "FOLDER", value: (run) => run.outputDir },
  ]);
}

export const runsList = defineCommand({
  name: "runs list",
  summary: "List runs, newest first",
  options: z.strictObject({}),
  examples: ["ft runs list", "ft runs list --json"],
  run: async (_, io) => {
    const runs = listRuns();
    io.show({ runs }, () => runsTable(runs));
  },
});
