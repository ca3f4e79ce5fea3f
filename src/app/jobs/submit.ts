// Puts a job of a kind into the queue, checked as far as can be told now. Works on nothing.
import type { Environment } from "../../core/paths.ts";
import { createJob, inTransaction, type Job, type Store } from "../../store/index.ts";
import { wrongParameters } from "./job-errors.ts";
import { jobKinds } from "./kinds/registry.ts";

export interface SubmitOptions {
  /** Higher begins first; 0 unless said. */
  priority?: number | undefined;
  /** The most that its calls may cost, in billionths of a dollar. */
  budget?: number | undefined;
  /** Instead of the kind's own. */
  title?: string | undefined;
  environment?: Environment | undefined;
}

/**
 * Makes the job, or nothing.
 * @throws UsageError FT-JOB-006 for an unknown kind, FT-JOB-007 for parameters that it does not take; what the kind finds
 * wrong.
 */
export async function submitJob(
  store: Store,
  name: string,
  given: unknown,
  { priority, budget, title, environment = process.env }: SubmitOptions = {},
): Promise<Job> {
  const kind = jobKinds.get(name);
  const { data, error } = kind.parameters.safeParse(given);
  if (error !== undefined) {
    const problems = error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join(".")}: ${message}`,
    );
    throw wrongParameters(name, problems);
  }
  const parameters = (await kind.prepare?.(data, { environment, store })) ?? data;
  const made = {
    kind: name,
    title: title ?? kind.title(parameters),
    parameters,
    units: kind.units(parameters),
    ...(priority !== undefined && { priority }),
    ...(budget !== undefined && { budget }),
  };
  return await inTransaction(store.db, async (db) => {
    const within = { ...store, db };
    const job = await createJob(within, made);
    await kind.made?.(job, { environment, store: within });
    return job;
  });
}
