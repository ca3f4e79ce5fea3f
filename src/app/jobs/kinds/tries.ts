// Which failures of a use case another try may mend. Counted in the worker: a unit whose worker was killed is tried again
// however often that happens, which is no fault of its own.
import { ExitCode, FtError } from "../../../core/errors.ts";
import { type ClaimedUnit, UnitFailure } from "../../../store/index.ts";

/** Tries that a worker's death takes count too, and are not to end the unit. */
export const mostAttempts = 1000;

/** Failures of a unit in one worker that time may mend: a crash, a network that is away. */
const mostFailures = 3;

/** The process that did the work died. */
export const crashed = ["FT-RUN-006", "FT-JOB-014"];

const passes = ({ code, exitCode }: FtError): boolean =>
  crashed.includes(code) || exitCode === ExitCode.network || exitCode === ExitCode.temporary;

export class Tries {
  /** By id of the unit. */
  readonly #failures = new Map<number, number>();

  /** The error as the queue takes it: what is wrong with the job itself stays wrong. */
  failure({ id }: ClaimedUnit, error: unknown): unknown {
    if (!(error instanceof FtError)) return error;
    const failures = (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    const isFinal = !passes(error) || failures >= mostFailures;
    const reason = [error.message, ...error.problems].join("\n");
    return new UnitFailure(reason, { isFinal, cause: error });
  }
}
