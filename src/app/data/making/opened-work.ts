// What a worker opens once for each job that asks a provider: kept with the job, opened again where it could not be.
import { ProviderFailure } from "../../../providers/failures.ts";
import { UnitFailure } from "../../../store/index.ts";

/**
 * The job's work; where it cannot be opened, its next unit tries again. Throws ProviderFailure, else UnitFailure that
 * pauses the job: without a key, a model or a domain every other unit would fail as well.
 */
export async function openedWork<T>(
  jobs: Map<string, Promise<T>>,
  jobId: string,
  open: () => Promise<T>,
): Promise<T> {
  const known = jobs.get(jobId) ?? open();
  jobs.set(jobId, known);
  try {
    return await known;
  } catch (error) {
    jobs.delete(jobId);
    if (error instanceof ProviderFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnitFailure(reason, { pausesJob: true, cause: error });
  }
}
