// What every route works with: the user's store and environment, and what a change of settings does to a server that runs.
import { jobsAtOnce } from "../app/settings/job-settings.ts";
import type { PlatformSettings } from "../app/settings/platform-settings.ts";
import type { Trials } from "../app/trying/trials.ts";
import type { TryHost } from "../app/trying/try-host.ts";
import { createLogger, logLevelFrom, setLogger } from "../core/logger.ts";
import type { Environment } from "../core/paths.ts";
import { type Database, setLimit, type Store } from "../store/index.ts";
import type { EventHub } from "./event-hub.ts";
import type { StudioMetrics } from "./metrics.ts";

export interface Studio {
  environment: Environment;
  store: Store;
  /** Of this product. */
  version: string;
  /** As `performance.now()` tells it: no change of the machine's clock moves it. */
  startedAt: number;
  /** Aborted when the server is to end: nothing new begins, streams end. */
  ending: AbortSignal;
  events: EventHub;
  metrics: StudioMetrics;
  /** Models held to be tried, each in a process of its own. */
  tryHost: TryHost;
  /** Blind comparisons that wait for a vote. */
  trials: Trials;
  /** Whether jobs are taken now, and what keeps them from it. */
  working(): { working: boolean; problem: string | null };
  /** What is saved has changed: it counts at once. */
  settingsChanged(settings: PlatformSettings): Promise<void>;
  /** Throws ApiError 503 where the server is about to end: what is begun now would be left. */
  requireOpen(): void;
}

/** Jobs that go on at once, over all workers. */
export async function limitJobs(db: Database, environment: Environment): Promise<void> {
  await setLimit(db, "jobs", jobsAtOnce(environment));
}

/** The level that was asked for on the command line stays. */
export function applyLogLevel({ log_level }: PlatformSettings, environment: Environment): void {
  if (environment["FT_LOG"]) return;
  setLogger(createLogger({ level: logLevelFrom(log_level) }));
}
