// Several reasons to stop heard as one. Not AbortSignal.any, and no AbortSignal.timeout within it: Node 20 may collect
// what those give while a request still waits for it, which then waits for ever.

export interface HeardSignal {
  signal: AbortSignal;
  /** Hears no more: each request that did not would leave listeners on the signals that outlive it. */
  done(): void;
}

/** Who hears each signal: it has one listener, for a server's may have hundreds of requests that wait for it. */
const hearers = new WeakMap<AbortSignal, Set<() => void>>();

/** Tells `hear` when the signal aborts; gives what ends that. */
function listen(signal: AbortSignal, hear: () => void): () => void {
  let all = hearers.get(signal);
  if (all === undefined) {
    all = new Set();
    hearers.set(signal, all);
    signal.addEventListener("abort", tellAll);
  }
  const others = all.add(hear);
  return () => {
    others.delete(hear);
    if (others.size > 0 || hearers.get(signal) !== others) return;
    hearers.delete(signal);
    signal.removeEventListener("abort", tellAll);
  };
}

function tellAll({ target }: Event): void {
  for (const hear of [...(hearers.get(target as AbortSignal) ?? [])]) hear();
}

/** Aborts with the first of `signals`, or with a TimeoutError once `milliseconds` have passed; until `done`. */
export function firstOf(
  signals: readonly (AbortSignal | undefined)[],
  milliseconds?: number,
): HeardSignal {
  const first = new AbortController();
  const parted = signals
    .filter((signal) => signal !== undefined)
    .map((signal) => {
      const hear = (): void => first.abort(signal.reason);
      if (signal.aborted) hear();
      return listen(signal, hear);
    });
  const late = (): void =>
    first.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  const timer = milliseconds === undefined ? undefined : setTimeout(late, milliseconds);
  const done = (): void => {
    clearTimeout(timer);
    for (const part of parted) part();
  };
  return { signal: first.signal, done };
}
