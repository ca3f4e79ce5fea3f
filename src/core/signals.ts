// Several reasons to stop heard as one. Not AbortSignal.any, and no AbortSignal.timeout within it: Node 20 may collect
// what those give while a request still waits for it, which then waits for ever.

export interface HeardSignal {
  signal: AbortSignal;
  /** Hears no more: each request that did not would leave listeners on the signals that outlive it. */
  done(): void;
}

/** Aborts with the first of `signals`, or with a TimeoutError once `milliseconds` have passed; until `done`. */
export function firstOf(
  signals: readonly (AbortSignal | undefined)[],
  milliseconds?: number,
): HeardSignal {
  const first = new AbortController();
  const heard = signals.filter((signal) => signal !== undefined);
  const hear = ({ target }: Event): void => first.abort((target as AbortSignal).reason);
  for (const signal of heard) {
    if (signal.aborted) first.abort(signal.reason);
    signal.addEventListener("abort", hear);
  }
  const late = (): void =>
    first.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  const timer = milliseconds === undefined ? undefined : setTimeout(late, milliseconds);
  const done = (): void => {
    clearTimeout(timer);
    for (const signal of heard) signal.removeEventListener("abort", hear);
  };
  return { signal: first.signal, done };
}
