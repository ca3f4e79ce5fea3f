// `--detach` of the commands that train one run: it begins, and goes on without the terminal that it was started from.
import type { PresetName } from "../app/config/presets.ts";
import { loadExtensions } from "../app/extensions.ts";
import type { CrewPlan } from "../app/train/crew/train-crew.ts";
import type { RunLength } from "../app/train/extend-run.ts";
import type { DetachedRun, DetachOptions } from "../app/train/start-detached.ts";
import { ExitCode, UsageError } from "../core/errors.ts";
import type { CommandInput } from "./define-command.ts";
import type { Io } from "./io.ts";
import { downloadNote } from "./render/download.ts";
import { RunScreen } from "./render/run-events.ts";
import {
  introduce,
  requireNothingElse,
  resolveInput,
  type RunningOptions,
  type TrainOptions,
  withPipedData,
} from "./training.ts";

/** Several workers, where they are asked for. */
type Crew = CrewPlan | undefined;

/** Throws UsageError FT-USAGE-008 for what a run without a terminal cannot have. */
function requireDetachable(given: Readonly<Record<string, boolean>>): void {
  const names = Object.keys(given).filter((name) => given[name]);
  if (names.length === 0) return;
  throw new UsageError("FT-USAGE-008", {
    message: `--detach takes no ${names.join(", ")}`,
    hint: "leave it out, or leave --detach out",
  });
}

/** What is told until the run has begun: how far its preparation is, and from what it starts. */
function howToDetach(options: RunningOptions, io: Io, crew: Crew): DetachOptions {
  const screen = new RunScreen(io);
  const { force, profileRun: profile, caffeinate, retry, extension: extensions } = options;
  return {
    ...{ force, profile, maySleep: !caffeinate, retry, extensions, signal: io.signal, crew },
    onDownload: downloadNote(io),
    onEvent: (event) => {
      if (!io.mode.json) screen.show(event);
    },
    onProgress: (progress) => {
      if (!io.mode.json) screen.progress(progress);
    },
  };
}

function show(run: DetachedRun, io: Io): number {
  const { runId, outputDir, pid } = run;
  io.show(run, () => `${runId} goes on in the background (process ${pid}), in ${outputDir}`);
  io.note(`ft runs follow ${runId} watches it; ft runs stop ${runId} ends it with a checkpoint`);
  return ExitCode.ok;
}

/** `--detach` of a run from its beginning, or with `--resume` of one that goes on. */
export async function trainDetached(
  input: CommandInput<"model" | "dataset", TrainOptions>,
  preset: PresetName,
  io: Io,
  crew?: Crew,
): Promise<number> {
  const { dryRun, isolate, resume, extension } = input.options;
  requireDetachable({ "--dry-run": dryRun, "--no-isolate": !isolate });
  if (resume !== undefined) {
    requireNothingElse(input, resume);
    return await continueDetached(resume, input.options, io, { crew });
  }
  await loadExtensions(extension);
  const resolved = await withPipedData(resolveInput(input, preset, io), io);
  const { startDetached } = await import("../app/train/start-detached.ts");
  const how = howToDetach(input.options, io, crew);
  return show(
    await startDetached(resolved, { ...how, onChecked: () => introduce(resolved, io) }),
    io,
  );
}

/** `--detach` of a run that goes on from its latest checkpoint. */
export async function continueDetached(
  folder: string,
  options: RunningOptions,
  io: Io,
  { length, crew }: { length?: RunLength | undefined; crew?: Crew } = {},
): Promise<number> {
  requireDetachable({ "--no-isolate": !options.isolate });
  const { resumeDetached } = await import("../app/train/start-detached.ts");
  return show(await resumeDetached(folder, { ...howToDetach(options, io, crew), length }), io);
}
