// Several workers from their start to their end, as one piece of work with one result or one error. When one is lost all
// stop within seconds: what is heard of each tells a slow worker from one that is gone, and from a line that stands still.
import { setTimeout as pause } from "node:timers/promises";
import { FtError } from "../../../core/errors.ts";
import { shellWord } from "../../../core/shell.ts";
import type { Death } from "../../../core/supervisor.ts";
import { suspendTogether } from "../../../core/suspend.ts";
import type { RunEvent, RunEventOf } from "../../../runs/index.ts";
import { isLost } from "../../../train/parallel/ring.ts";
import type { WorkerLink } from "./links.ts";
import { Member } from "./member.ts";
import type { CrewRequest, FromWorker } from "./messages.ts";

export interface CrewWork {
  /** By rank. */
  workers: readonly { link: WorkerLink; request: CrewRequest }[];
  onTold(told: unknown): void;
  /** Aborting stops all together, after a checkpoint. */
  signal?: AbortSignal | undefined;
  /** What to say of one that died without a word. */
  onDeath(name: string, death: Death): FtError;
  /** Where a worker is to look for the others, if not where they are: by its rank, from the addresses of all. */
  reroute?: ((rank: number, addresses: string[][]) => string[][]) | undefined;
}

/** Seconds. */
const limits = {
  /** Without a word of a worker. */
  silence: 8,
  /** Of an exchange that all have begun, beside what its bytes take. */
  exchange: 6,
  /** Until all are connected; MLX tries for 31. */
  joining: 45,
  /** From a failure until those are ended that have not ended by themselves: all but the first, and the first. */
  others: 3,
  first: 8,
  /** The same of the first while it writes a checkpoint. */
  saving: 60,
  /** From the end of the work. */
  afterwards: 5,
} as const;

/** The slowest line that is still waited for. */
const leastBytesPerSecond = 2e6;

/** The last worker is the first that connects, and waits a second where nobody listens yet. */
const headStartMilliseconds = 100;

const tickMilliseconds = 1000;
/** A tick that comes so late tells that this process was stopped, and says nothing of the workers. */
const lateMilliseconds = 3000;

const symptomMilliseconds = 1500;

/** A worker that lost its line wished all to stop, and they did: with a checkpoint, as if somebody had asked. */
function stoppedBy(
  { message, cause }: FtError,
  { outputDir, step }: RunEventOf<"run-stopped">,
): FtError {
  const from = `ft train resume ${shellWord(outputDir)} goes on after step ${step}`;
  return new FtError("FT-RING-001", {
    message,
    hint: `${from}, with any number of workers`,
    cause,
  });
}

export async function runCrew(work: CrewWork): Promise<unknown> {
  return await new Supervision(work).run();
}

class Supervision {
  readonly #work: CrewWork;
  readonly #members: Member[];
  /** Why all are to end. */
  #cause: FtError | undefined;
  #isCut = false;
  #isToldToJoin = false;
  /** Seconds since all were told to connect, since the last exchange was begun by all, and since the end began. */
  #joining = 0;
  #exchange = { number: 0, seconds: 0 };
  #ending = 0;
  #lastTick = performance.now();
  #settle: () => void = () => undefined;

  constructor(work: CrewWork) {
    this.#work = work;
    this.#members = work.workers.map(({ link, request }) => new Member(request.crew, link));
  }

  get #first(): Member {
    return this.#members[0] as Member;
  }

  async run(): Promise<unknown> {
    const kill = (): void => this.#members.forEach((member) => member.kill());
    const stop = (): void => this.#members.forEach((member) => member.say({ type: "stop" }));
    process.once("exit", kill);
    const here = this.#members.filter(({ link }) => link.host === undefined);
    const parted = suspendTogether(...here.map(({ link }) => link.child));
    this.#work.signal?.addEventListener("abort", stop, { once: true });
    const timer = setInterval(() => this.#tick(), tickMilliseconds);
    try {
      await new Promise<void>((resolve) => {
        this.#settle = resolve;
        for (const member of this.#members) {
          member.listen(
            (message) => this.#hear(member, message),
            (death) => this.#end(member, death),
          );
        }
        for (const [rank, { request }] of this.#work.workers.entries())
          this.#members[rank]?.say({ type: "start", request });
        if (this.#work.signal?.aborted === true) stop();
      });
    } finally {
      clearInterval(timer);
      parted();
      process.removeListener("exit", kill);
      this.#work.signal?.removeEventListener("abort", stop);
      kill();
    }
    return this.#outcome();
  }

  /** What the first came to in order counts, whatever became of the others. */
  #outcome(): unknown {
    const { result } = this.#first;
    if (this.#cause === undefined) return result;
    if (result === undefined) throw this.#error(this.#cause);
    const end = result as RunEvent;
    if (end.type !== "run-stopped" || this.#work.signal?.aborted === true) return end;
    throw stoppedBy(this.#cause, end);
  }

  /** The first worker knows where to go on; the others' errors tell less than what made them. */
  #error(cause: FtError): FtError {
    const stopped = this.#members.find(({ failure }) => failure?.code === "FT-INTERRUPTED");
    if (this.#work.signal?.aborted === true && stopped?.failure) return stopped.failure;
    const { failure } = this.#first;
    return failure !== undefined && isLost(failure) ? failure : cause;
  }

  #hear(member: Member, message: FromWorker): void {
    if (message.type === "told") this.#work.onTold(message.told);
    else if (message.type === "ready") void this.#joinWhenReady();
    else if (message.type === "failed") this.#failed(member);
  }

  async #joinWhenReady(): Promise<void> {
    const addresses = this.#members.flatMap(({ address }) =>
      address === undefined ? [] : [[address]],
    );
    if (addresses.length < this.#members.length) return;
    const { reroute } = this.#work;
    this.#isToldToJoin = true;
    for (const member of this.#members) {
      const { rank, workers } = member.crew;
      if (rank === workers - 1) await pause(headStartMilliseconds);
      member.say({ type: "join", addresses: reroute?.(rank, addresses) ?? addresses });
    }
  }

  #failed(member: Member): void {
    const { failure } = member;
    if (failure === undefined) return;
    if (member === this.#first || isLost(failure)) return this.#fall(failure);
    const { code, hint, problems, exitCode } = failure;
    const message = `${member.name}: ${failure.message}`;
    this.#fall(new FtError(code, { message, problems, exitCode, ...(hint && { hint }) }));
  }

  #end(member: Member, death: Death): void {
    if (!member.isDone) {
      const refused = member.link.refusal(death.code);
      this.#fall(refused instanceof FtError ? refused : this.#work.onDeath(member.name, death));
    }
    if (this.#members.every(({ isGone }) => isGone)) this.#settle();
  }

  /** What a worker sees of another's end is no cause while a better one may come. */
  #fall(cause: FtError): void {
    const known = this.#cause;
    if (known !== undefined && !(isLost(known) && !isLost(cause))) return;
    this.#cause = cause;
    if (!isLost(cause)) return this.#cut(cause);
    setTimeout(() => this.#cut(this.#cause ?? cause), symptomMilliseconds);
  }

  #cut({ message }: FtError): void {
    if (this.#isCut) return;
    this.#isCut = true;
    for (const member of this.#members) member.say({ type: "cut", reason: message });
  }

  #tick(): void {
    const now = performance.now();
    const isLate = now - this.#lastTick > lateMilliseconds;
    this.#lastTick = now;
    if (this.#cause !== undefined || this.#first.isDone) return this.#endThoseLeft();
    for (const member of this.#members) member.say({ type: "beat" });
    if (isLate) return;
    for (const member of this.#members) member.tick();
    this.#lookForSilence();
    this.#lookForStall();
  }

  #endThoseLeft(): void {
    this.#ending += 1;
    const { isSaving } = this.#first;
    for (const member of this.#members) {
      const isFirst = member === this.#first;
      const limit =
        this.#cause === undefined
          ? limits.afterwards
          : isFirst && isSaving
            ? limits.saving
            : limits[isFirst ? "first" : "others"];
      if (this.#ending >= limit) member.kill();
    }
  }

  #lookForSilence(): void {
    const silent = this.#members.find(({ silence }) => silence >= limits.silence);
    if (silent !== undefined) {
      silent.kill();
      this.#fall(
        new FtError("FT-RING-003", {
          message: `no message from ${silent.name} for ${limits.silence} s`,
          hint: "check that this machine is reachable, not suspended and not out of memory",
        }),
      );
      return;
    }
    if (!this.#isToldToJoin || this.#members.every(({ isJoined }) => isJoined)) return;
    this.#joining += 1;
    if (this.#joining < limits.joining) return;
    const missing = this.#members.filter(({ isJoined }) => !isJoined).map(({ name }) => name);
    this.#fall(
      new FtError("FT-RING-006", {
        message: `the workers could not be connected within ${limits.joining} s: ${missing.join(", ")}`,
        hint: "each machine must reach the next one's address over TCP: check firewalls and the hosts file",
      }),
    );
  }

  /** All have begun an exchange, and not all have ended it. */
  #lookForStall(): void {
    const exchanges = this.#members.map(({ exchange }) => exchange);
    const number = Math.min(...exchanges.map(({ entered }) => entered));
    const isOver = exchanges.every(({ left }) => left >= number);
    if (isOver || number !== this.#exchange.number) {
      this.#exchange = { number, seconds: 0 };
      return;
    }
    this.#exchange.seconds += 1;
    const bytes = Math.max(...exchanges.map((exchange) => exchange.bytes));
    const limit = limits.exchange + (2 * bytes) / leastBytesPerSecond;
    if (this.#exchange.seconds < limit) return;
    this.#fall(
      new FtError("FT-RING-004", {
        message: `no data has passed between the workers for ${this.#exchange.seconds} s`,
        hint: "check the network between the machines",
      }),
    );
  }
}
