// Resuming equals never having stopped only over the same data and the same model: compares what a run recorded
// with what is there now. Reads nothing itself.
import { ConfigError, DataError } from "../core/errors.ts";
import type { RunRecord } from "../runs/index.ts";

interface RecordedFile {
  split: string;
  path: string;
  sha256: string;
}

/** The parts of a run's record that its results depend on, beside the configuration. */
export type Inputs = Pick<RunRecord, "dataset" | "model">;

function filesOf({ dataset }: Inputs): RecordedFile[] {
  const files = dataset?.["files"];
  return Array.isArray(files) ? (files as RecordedFile[]) : [];
}

function commitOf({ model }: Inputs): string {
  const commit = model?.["commit"];
  return typeof commit === "string" ? commit : "none";
}

function differences(before: readonly RecordedFile[], now: readonly RecordedFile[]): string[] {
  const gone = before.filter(({ split }) => !now.some((file) => file.split === split));
  const problems = gone.map(({ split, path }) => `${path}: the ${split} rows are gone`);
  for (const { split, path, sha256 } of now) {
    const known = before.find((file) => file.split === split);
    if (known === undefined) problems.push(`${path}: the run had no ${split} file`);
    else if (known.sha256 !== sha256) problems.push(`${path}: content changed`);
  }
  return problems;
}

/**
 * @throws DataError FT-RUN-008 naming each data file that is not as it was.
 * @throws ConfigError FT-RUN-009 when the model resolves to another commit.
 */
export function requireSameInputs(before: Inputs, now: Inputs): void {
  const problems = differences(filesOf(before), filesOf(now));
  if (problems.length > 0) {
    throw new DataError("FT-RUN-008", {
      message: "the data is not what this run began with, so it cannot be continued",
      problems,
      hint: "put the files back as they were, or start a new run with --output",
    });
  }
  const [old, current] = [commitOf(before), commitOf(now)];
  if (old === current) return;
  throw new ConfigError("FT-RUN-009", {
    message: `the model is at commit ${current}, this run began with ${old}`,
    hint: "start a new run with --output",
  });
}
