// The registry of reporters: one file and one line each.
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { mlflow } from "./mlflow.ts";
import type { Reporter, ReporterEntry, ReporterInput } from "./reporter.ts";
import { tensorboard } from "./tensorboard.ts";
import { trackio } from "./trackio.ts";

export const reporters = new Registry<ReporterEntry>(
  { tensorboard, mlflow, trackio },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-REPORTER", {
      message: `Unknown reporter '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `--report-to ${known[0]}`,
    }),
);

/** Throws ConfigError FT-CONFIG-096 for a reporter that cannot be used here, 'FT-CONFIG-REPORTER' for an unknown one. */
export function checkReporters(names: readonly string[], environment = process.env): void {
  for (const name of names) {
    const problem = reporters.get(name).problem(environment);
    if (problem === undefined) continue;
    throw new ConfigError("FT-CONFIG-096", {
      at: { field: "report_to" },
      message: `--report-to ${name}: ${problem}`,
      hint: `set it, or leave ${name} out`,
    });
  }
}

/** All of them as one. */
export function openReporters(names: readonly string[], input: ReporterInput): Reporter {
  const open = names.map((name) => reporters.get(name).open(input));
  return {
    tell: (event) => {
      for (const reporter of open) reporter.tell(event);
    },
    close: async () => {
      await Promise.all(open.map((reporter) => reporter.close()));
    },
  };
}
