// Jobs that run side by side, whose results come in the order of the jobs.
// Starts no more than asked for, so that what waits stays small.

/**
 * `run`'s results in the order of the jobs; at most so many run at once or wait for an earlier one. The first that fails
 * ends it with its error; those that run then are left to end by themselves.
 */
export async function* inOrder<Job, Result>(
  jobs: Iterable<Job>,
  run: (job: Job) => Promise<Result>,
  most: number,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  const waiting = jobs[Symbol.iterator]();
  const start = (): void => {
    const next = waiting.next();
    if (next.done === true) return;
    const result = run(next.value);
    // told when its turn comes
    result.catch(() => {});
    running.push(result);
  };
  for (let count = 0; count < most; count++) start();
  for (let first = running.shift(); first !== undefined; first = running.shift()) {
    yield await first;
    start();
  }
}
