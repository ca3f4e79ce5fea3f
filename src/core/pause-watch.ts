// Notices that the machine slept, or that the process was stopped, while it worked: a gap in which the clock went on and
// the process did nothing. Whether a monotonic clock counts sleep differs between systems, so the processor's time is
// asked as well.

export interface Clocks {
  /** Milliseconds since 1970, which sleep does not stop. */
  wall(): number;
  /** Milliseconds since some start. */
  monotonic(): number;
  /** Milliseconds of processor time that this process has used. */
  processor(): number;
}

const system: Clocks = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  processor: () => {
    const { user, system: inKernel } = process.cpuUsage();
    return (user + inKernel) / 1000;
  },
};

/** A shorter gap is a slow step, or a clock that was set. */
const leastMilliseconds = 60_000;
/** Of a gap in which a process worked, it used more of the processor than this. */
const idleShare = 0.02;

interface Moment {
  wall: number;
  monotonic: number;
  processor: number;
}

export class PauseWatch {
  readonly #clocks: Clocks;
  #last: Moment;

  constructor(clocks: Clocks = system) {
    this.#clocks = clocks;
    this.#last = this.#now();
  }

  #now(): Moment {
    const { wall, monotonic, processor } = this.#clocks;
    return { wall: wall(), monotonic: monotonic(), processor: processor() };
  }

  /** Seconds of a pause since the last look; 0 without one. */
  look(): number {
    const [before, now] = [this.#last, this.#now()];
    this.#last = now;
    const passed = now.wall - before.wall;
    if (passed < leastMilliseconds) return 0;
    const asleep = passed - (now.monotonic - before.monotonic);
    if (asleep >= leastMilliseconds) return asleep / 1000;
    const used = now.processor - before.processor;
    return used < idleShare * passed ? (passed - used) / 1000 : 0;
  }
}
