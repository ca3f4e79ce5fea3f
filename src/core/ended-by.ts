// Work that ends when a signal is aborted: one listener for all of a signal, however much is done for it.

export interface Cancellable {
  cancel(): void;
  /** Settles when the work is over, whichever way. */
  readonly ended: Promise<unknown>;
}

const open = new WeakMap<AbortSignal, Set<Cancellable>>();

function workOf(signal: AbortSignal): Set<Cancellable> {
  const known = open.get(signal);
  if (known !== undefined) return known;
  const work = new Set<Cancellable>();
  open.set(signal, work);
  signal.addEventListener("abort", () => {
    for (const one of work) one.cancel();
  });
  return work;
}

/** Cancels the work when the signal is aborted before it has ended. */
export function endedBy<Work extends Cancellable>(
  work: Work,
  signal: AbortSignal | undefined,
): Work {
  if (signal?.aborted === true) work.cancel();
  if (signal === undefined || signal.aborted) return work;
  const all = workOf(signal);
  all.add(work);
  const forget = (): boolean => all.delete(work);
  work.ended.then(forget, forget);
  return work;
}
