// Runs that are on hosts and that nobody here follows: whoever started them may be gone. They are looked at and stopped
// by asking their host; what came of one that was stopped is fetched.
import { setTimeout as pause } from "node:timers/promises";
import { FtError } from "../../core/errors.ts";
import { interrupted } from "../../core/interrupted.ts";
import type { Environment } from "../../core/paths.ts";
import type { HostStatus } from "../../remote/hosts/runner.ts";
import { lastWords } from "../../remote/hosts/shell.ts";
import { endOf, lockOwner, readEvents, type RunEvent, showRun } from "../../runs/index.ts";
import { findPointer, type HostPointer, pointerOf, pointers } from "./hosts-pointer.ts";
import { followOnHost } from "./hosts-run.ts";
import { findHost, openHost } from "./hosts.ts";

export interface RunElsewhere {
  id: string;
  host: string;
  /** Its folder here. */
  output: string;
  /** As its host says; "unreachable" where that does not answer. */
  state: HostStatus["state"] | "unreachable";
  /** Of one that is over. */
  exitCode: number | null;
  /** The last step that is known here. */
  step: number | null;
  /** Whether its end and its result are here. */
  isHere: boolean;
  /** Whether a process of this machine follows it. */
  isFollowed: boolean;
  /** Dollars so far. */
  spent: number | null;
  page: string | null;
  /** The last of what it said, of one that is over; why its host was not reached. */
  said: string | null;
}

const hasEndedHere = ({ output }: HostPointer): boolean => endOf(readEvents(output)) !== undefined;

async function look(environment: Environment, pointer: HostPointer): Promise<RunElsewhere> {
  const { id, host, output, page = null } = pointer;
  const step = readEvents(output).findLast((event) => event.type === "step-reported")?.step ?? null;
  const isFollowed = lockOwner(output) !== undefined;
  const known = { id, host, output, step, isHere: hasEndedHere(pointer), isFollowed, page };
  try {
    const runner = openHost(findHost(environment, host));
    const status = await runner.status(id);
    const spent = (await runner.spent(id).catch(() => undefined)) ?? null;
    const isOver = status.state === "over" || status.state === "gone";
    // the log of one that runs has no end
    const said = isOver ? lastWords((await runner.logs(id, 0)).text) : null;
    const exitCode = status.state === "over" ? status.code : null;
    return { ...known, state: status.state, exitCode, spent, said };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { ...known, state: "unreachable", exitCode: null, spent: null, said };
  }
}

/** Asks the hosts of all runs whose end is not here yet, or of the one that is named. @throws UsageError FT-HOST-016 */
export async function lookElsewhere(
  environment: Environment,
  name?: string,
): Promise<RunElsewhere[]> {
  const asked =
    name === undefined
      ? pointers(environment).filter((pointer) => !hasEndedHere(pointer))
      : [elsewhere(environment, name) ?? findPointer(environment, name)];
  return await Promise.all(asked.map((pointer) => look(environment, pointer)));
}

/** By its id there or here, the start of the latter, or its folder here. */
function elsewhere(environment: Environment, name: string): HostPointer | undefined {
  const found = pointerOf(environment, name);
  if (found !== undefined) return found;
  try {
    return pointerOf(environment, showRun(name).outputDir);
  } catch {
    return undefined;
  }
}

/** The run of that name, if it was sent to a host, has not ended, and nobody here follows it. */
export function leftElsewhere(environment: Environment, name: string): HostPointer | undefined {
  const pointer = elsewhere(environment, name);
  if (pointer === undefined || hasEndedHere(pointer)) return undefined;
  return lockOwner(pointer.output) === undefined ? pointer : undefined;
}

/**
 * Asks its host to save and end it, and fetches what came of it. Resolves to its last event; undefined where it had not
 * begun. @throws FtError as following does; FT-INTERRUPTED where the signal ends the waiting.
 */
export async function stopElsewhere(
  environment: Environment,
  { id }: HostPointer,
  { signal, onNotice }: { signal?: AbortSignal | undefined; onNotice(text: string): void },
): Promise<RunEvent | undefined> {
  const stopped = followOnHost(id, {
    ...{ environment, onNotice, onEvent: () => undefined },
    signal: AbortSignal.abort(),
  });
  const givenUp = new AbortController();
  const waiting = async (): Promise<never> => {
    while (signal?.aborted !== true) await pause(100, undefined, { signal: givenUp.signal });
    throw interrupted("waiting; the run ends all the same");
  };
  try {
    return await Promise.race([stopped, waiting()]);
  } catch (error) {
    const isBefore = error instanceof FtError && error.code === "FT-INTERRUPTED";
    if (isBefore && signal?.aborted !== true) return undefined;
    throw error;
  } finally {
    givenUp.abort();
  }
}
