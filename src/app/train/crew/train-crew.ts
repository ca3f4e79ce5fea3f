// A run of several workers: how many and where, what each needs there, and what it is asked. What they say to each other
// is launch.ts's and train/parallel's.
import type { FtError } from "../../../core/errors.ts";
import type { Environment } from "../../../core/paths.ts";
import type { Death } from "../../../core/supervisor.ts";
import { cannotSpeak } from "../../../remote/hosts/errors.ts";
import type { Companion, RunInput } from "../../../remote/hosts/runner.ts";
import { readRecord } from "../../../runs/index.ts";
import type { RunConfig } from "../../config/schema.ts";
import { inputsOf } from "../../remote/hosts-spec.ts";
import { findHost, openHost } from "../../remote/hosts.ts";
import { recordedConfig, type RunRequest } from "../execute-run.ts";
import type { CrewHost } from "./hosts-file.ts";
import { runCrew } from "./launch.ts";
import { startHere, startThere, type WorkerLink } from "./links.ts";
import type { CrewRequest, FollowRequest } from "./messages.ts";

export interface CrewPlan {
  /** A worker each; the first is on this machine. */
  hosts: readonly CrewHost[];
  /** Where hosts are looked up. */
  environment?: Environment | undefined;
  /** Told of files that are copied to another machine. */
  onCopy?: ((input: RunInput, host: string) => void) | undefined;
  /** Where a worker is to look for the others, if not where they are: by its rank, from the addresses of all. */
  reroute?: ((rank: number, addresses: string[][]) => string[][]) | undefined;
}

export interface CrewWatch {
  extensions: readonly string[];
  onTold(told: unknown): void;
  signal?: AbortSignal | undefined;
  onDeath(name: string, death: Death): FtError;
}

/** Another machine, ready to train: it has the files. */
interface ReadyHost {
  companion: Companion;
  places: FollowRequest["places"];
}

async function readyHost(
  name: string,
  inputs: readonly RunInput[],
  { environment = process.env, onCopy }: CrewPlan,
): Promise<ReadyHost> {
  const { companion } = openHost(findHost(environment, name));
  if (companion === undefined) throw cannotSpeak(name);
  const of = await companion.bring(inputs, (input) => onCopy?.(input, name));
  return { companion, places: inputs.map(({ path }) => [path, of(path)] as const) };
}

/** Every other machine by its name: checked, and with the run's files. */
async function readyHosts(plan: CrewPlan, run: RunRequest): Promise<Map<string, ReadyHost>> {
  const names = new Set(plan.hosts.flatMap(({ name }) => (name === undefined ? [] : [name])));
  if (names.size === 0) return new Map();
  const config: RunConfig =
    "resume" in run ? recordedConfig(run.resume, readRecord(run.resume)) : run.config;
  const inputs = await inputsOf(config);
  const ready = new Map<string, ReadyHost>();
  for (const name of names) ready.set(name, await readyHost(name, inputs, plan));
  return ready;
}

/** Resolves to the run's last event. Throws the FtError that ended it. */
export async function trainWithCrew(
  plan: CrewPlan,
  run: RunRequest,
  { extensions, ...watch }: CrewWatch,
): Promise<unknown> {
  const { hosts, reroute } = plan;
  const { force, maySleep } = run;
  const ready = await readyHosts(plan, run);
  const requests = hosts.map(({ name, ip }, rank): CrewRequest => {
    const places = name === undefined ? [] : (ready.get(name)?.places ?? []);
    return {
      crew: { rank, workers: hosts.length },
      processes: hosts.filter((host) => host.name === name).length,
      ...{ ip, extensions, isFar: name !== undefined },
      work: rank === 0 ? { run } : { force, maySleep, places },
    };
  });
  const linkTo = ({ name }: CrewHost): WorkerLink => {
    const host = name === undefined ? undefined : ready.get(name);
    return host === undefined ? startHere() : startThere(host.companion.shell, host.companion.ft);
  };
  const workers = requests.map((request, rank) => {
    return { link: linkTo(hosts[rank] as CrewHost), request };
  });
  return await runCrew({ workers, ...watch, reroute });
}
