// A run at a service, driven from here: its folder, its events, what is told while it waits, and how it ends. The steps
// are the loop's (train/loop.ts), the computing is the service's.
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { FtError } from "../../core/errors.ts";
import { keepAwake } from "../../core/keep-awake.ts";
import { asFtError } from "../../core/packed-errors.ts";
import type { RunEvent, RunFact, RunFolder } from "../../runs/index.ts";
import { train } from "../../train/loop.ts";
import type { TrainingRun } from "../../train/run.ts";
import type { RunConfig } from "../config/schema.ts";
import { toldRows } from "../train/told-rows.ts";
import type { RemoteRows, RemoteText } from "./remote-rows.ts";

/** One checkpoint a line, under the names that the service's own recipes write. */
export const CHECKPOINTS_FILE = "checkpoints.jsonl";

export interface RemoteRun {
  run: TrainingRun;
  config: RunConfig;
  rows: RemoteRows;
  text: RemoteText;
  notices: readonly string[];
}

export interface RunTeller {
  /** Writes a fact into the run's log and passes it on. */
  tell(fact: RunFact): void;
  last: RunEvent | undefined;
}

export function tellerOf(folder: RunFolder, onEvent: (event: RunEvent) => void): RunTeller {
  const teller: RunTeller = {
    last: undefined,
    tell(fact) {
      teller.last = folder.append(fact);
      onEvent(teller.last);
    },
  };
  return teller;
}

function startedFact({ run, config, rows, text }: RemoteRun): RunFact {
  const { data } = rows;
  return {
    type: "run-started",
    config: { ...config },
    model: {
      name: config.model.name,
      architecture: "remote",
      baseModel: text.tokenizer.chatTemplate === undefined,
    },
    template: text.renderer.name,
    trainableParameters: run.trainableParameters,
    totalParameters: run.totalParameters,
    totalSteps: run.totalSteps,
    dataset: toldRows(data, config),
    outputDir: run.folder.path,
    resumedFromStep: run.state.step === 0 ? null : run.state.step,
  };
}

/** What the service's own recipes write of a checkpoint, so that they find it. */
async function noteCheckpoint(
  { folder, plan, totalSteps }: TrainingRun,
  { step, remote }: Extract<RunFact, { type: "checkpoint-saved" }>,
): Promise<void> {
  if (remote === undefined) return;
  const row = {
    name: `step_${String(step).padStart(4, "0")}`,
    batch: step,
    epoch: step / plan.windowsPerEpoch,
    final: step === totalSteps,
    ...{ state_path: remote.stateUri, sampler_path: remote.samplerUri },
  };
  await appendFile(join(folder.path, CHECKPOINTS_FILE), `${JSON.stringify(row)}\n`);
}

const failureOf = (thrown: unknown): FtError =>
  asFtError(thrown, ({ message, cause }) => new FtError("FT-RUN-UNEXPECTED", { message, cause }));

/** Stopped while the service did not answer: what was saved last is where it goes on. */
function stoppedFact({ folder, state }: TrainingRun): RunFact {
  const latest = folder.pointer("latest");
  return {
    type: "run-stopped",
    step: latest?.step ?? state.step,
    checkpointPath: latest?.path ?? null,
    outputDir: folder.path,
  };
}

/** To the end, or to where it was asked to stop. A failure is the last event and is thrown again. */
export async function driveRemote(remote: RemoteRun, teller: RunTeller): Promise<RunEvent> {
  const { run, notices } = remote;
  keepAwake();
  try {
    teller.tell(startedFact(remote));
    for (const message of notices) teller.tell({ type: "notice", level: "warning", message });
    for await (const fact of train(run)) {
      if (fact.type === "checkpoint-saved") await noteCheckpoint(run, fact);
      teller.tell(fact);
    }
  } catch (thrown) {
    const error = failureOf(thrown);
    const { code, message, hint, problems } = error;
    if (code !== "FT-INTERRUPTED") {
      teller.tell({
        type: "run-failed",
        code,
        message,
        hint: hint ?? null,
        problems: [...problems],
      });
      throw error;
    }
    teller.tell(stoppedFact(run));
  }
  if (teller.last === undefined) throw new RangeError("a run without events");
  return teller.last;
}
