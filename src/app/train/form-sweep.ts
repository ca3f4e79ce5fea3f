// A sweep as a form describes it: the settings that are filled in, and several values for some of them. Every combination is
// a run, checked as the form is. Puts nothing into the queue.
import { join } from "node:path";
import { type FieldProblem, fillForm, type FormRequest } from "../config/resolve-form.ts";
import { combinations, folderName, type Sweep, type Trial, type TrialSettings } from "./sweep.ts";

export interface FormTrial {
  folder: string;
  /** Those in which the trials differ, by dotted key. */
  settings: TrialSettings;
  problems: FieldProblem[];
}

export interface FormSweep {
  folder: string;
  trials: FormTrial[];
  /** Absent while something is wrong with a trial. */
  sweep: Sweep | undefined;
}

export type Grid = Readonly<Record<string, readonly unknown[]>>;

export const sizeOf = (grid: Grid): number =>
  Object.values(grid).reduce((product, { length }) => product * length, 1);

/** `form` without values for what `grid` varies, and with a folder of its own for each trial below `folder`. */
export async function sweepOfForm(
  form: FormRequest,
  grid: Grid,
  folder: string,
): Promise<FormSweep> {
  const all = combinations(grid);
  const trials: FormTrial[] = [];
  const whole: Trial[] = [];
  for (const [index, settings] of all.entries()) {
    const path = join(folder, folderName(index, all.length, settings));
    const values = { ...form.values, ...settings, output_dir: path };
    const { problems, resolved } = await fillForm({ ...form, values });
    trials.push({ folder: path, settings, problems });
    if (resolved !== undefined && problems.length === 0)
      whole.push({ folder: path, settings, resolved });
  }
  const isWhole = whole.length === all.length;
  return { folder, trials, sweep: isWhole ? { folder, trials: whole } : undefined };
}
