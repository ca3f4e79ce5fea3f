// What ft runs list prints: every run this user started, newest first.
import { listRuns, type RunSummary } from "../../runs/run-list.ts";
import { table } from "../render/table.ts";
import type { Shown } from "../shown.ts";

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

export function answer(): Promise<Shown> {
  const runs = listRuns();
  return Promise.resolve({ value: { runs }, text: () => runsTable(runs) });
}
