// A profile of a run, in its folder: what the processor did in TypeScript, as Chrome's developer tools and
// speedscope.app read it (V8's .cpuprofile), and the seconds of each phase.
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { writeFileAtomic, writeJsonAtomic } from "../../core/atomic-files.ts";
import type { Phases } from "../../train/phases.ts";

export const PROFILE_FILE = "profile.cpuprofile";
export const PHASES_FILE = "profile-phases.json";

/** Begins to watch this process; what it returns ends that and writes both files. */
export async function startProfile(folder: string, phases: Phases): Promise<() => Promise<void>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  const started = performance.now();
  return async () => {
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    const wholeSeconds = (performance.now() - started) / 1000;
    await writeFileAtomic(join(folder, PROFILE_FILE), JSON.stringify(profile));
    const told = { wholeSeconds, phases: phases.seconds() };
    await writeJsonAtomic(join(folder, PHASES_FILE), told);
  };
}
