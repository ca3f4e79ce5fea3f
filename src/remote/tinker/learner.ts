// A learner whose model is at Tinker: rows go there, losses come back, and a checkpoint is two addresses. The loop that
// steps through it is the one of every run.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { DataError } from "../../core/errors.ts";
import { makeFolders } from "../../core/folders.ts";
import type {
  EvaluationSums,
  Learner,
  LearnerMemory,
  LearnerState,
  StepInput,
  StepResult,
} from "../../train/learner.ts";
import type { LossBatch } from "../../train/objectives/objective.ts";
import { lossSum, type RemoteBatch } from "./batch.ts";
import { lossNotFinite } from "./errors.ts";
import type { AdamStep, TrainingClient } from "./training-client.ts";
import { stepName } from "./uri.ts";

/** In a checkpoint's folder: where its weights are. */
export const REMOTE_FILE = "remote.json";

export const RemotePlace = z.object({
  runId: z.string(),
  stateUri: z.string(),
  samplerUri: z.string(),
});
export type RemotePlace = z.infer<typeof RemotePlace>;

/** Where the weights of a checkpoint are. @throws DataError FT-REMOTE-021 for a folder that does not say. */
export async function readPlace(folder: string): Promise<RemotePlace> {
  const file = join(folder, REMOTE_FILE);
  try {
    return RemotePlace.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new DataError("FT-REMOTE-021", {
      at: { file },
      message: "the checkpoint does not say where its weights are",
      hint: "ft remote checkpoints lists what the service keeps; --resume takes such an address",
      cause,
    });
  }
}

export interface TinkerLearnerOptions {
  client: TrainingClient;
  adam: Omit<AdamStep, "learningRate">;
  /** Updates that the checkpoint had which the client was loaded from. */
  steps: number;
  /** Steps that are handed over before the first of them is waited for. */
  inFlight: number;
  /** Writes the adapter into an empty folder; absent: addresses are all that is kept here. */
  fetchResult?: ((folder: string, place: RemotePlace) => Promise<void>) | undefined;
}

export class TinkerLearner implements Learner {
  readonly #options: TinkerLearnerOptions;
  /** Steps that are under way, by what they were begun with. */
  readonly #begun = new Map<StepInput, Promise<StepResult>>();
  #steps: number;
  #saved: { place: RemotePlace; steps: number } | undefined;

  constructor(options: TinkerLearnerOptions) {
    this.#options = options;
    this.#steps = options.steps;
  }

  get stepsAtOnce(): number {
    return this.#options.inFlight;
  }

  begin(input: StepInput): void {
    const running = this.#run(input);
    // one that fails is told when it is waited for, if those before it have not failed already
    running.catch(() => undefined);
    this.#begun.set(input, running);
  }

  async step(input: StepInput): Promise<StepResult> {
    const running = this.#begun.get(input) ?? this.#run(input);
    this.#begun.delete(input);
    const result = await running;
    this.#steps += 1;
    if (!Number.isFinite(result.loss)) throw lossNotFinite(this.#steps);
    return result;
  }

  async #run({ batches, learningRate }: StepInput): Promise<StepResult> {
    const { client, adam } = this.#options;
    const data = (batches as readonly RemoteBatch[]).flatMap((batch) => batch.data);
    // both are on their way before either is waited for
    const [output] = await Promise.all([client.pass(data), client.step({ ...adam, learningRate })]);
    const weight = batches.reduce((sum, { weightSum }) => sum + weightSum, 0);
    const loss = lossSum(data, output) / weight;
    return { ...{ loss, weight, metrics: {} }, gradientNorm: null, graphMilliseconds: 0 };
  }

  async evaluate(batch: LossBatch): Promise<EvaluationSums> {
    const { data, weightSum } = batch as RemoteBatch;
    const output = await this.#options.client.pass(data, { forwardOnly: true });
    return { lossSum: lossSum(data, output), weightSum, metrics: {} };
  }

  async save(folder: string): Promise<LearnerState> {
    const remote = await this.#place();
    await writeJsonAtomic(join(folder, REMOTE_FILE), remote);
    return { optimizerSteps: this.#steps, remote };
  }

  /** The model was loaded from there already: a client is made of a checkpoint. */
  async restore(_: string, { optimizerSteps }: LearnerState): Promise<void> {
    this.#steps = optimizerSteps;
  }

  async saveResult(folder: string): Promise<void> {
    makeFolders(folder);
    const place = await this.#place();
    await this.#options.fetchResult?.(folder, place);
    await writeJsonAtomic(join(folder, REMOTE_FILE), place);
  }

  memory = (): LearnerMemory => ({
    ...{ activeBytes: 0, peakBytes: 0, residentBytes: process.memoryUsage.rss() },
  });

  /** The addresses of the model as it is now, saved there unless it is. */
  async #place(): Promise<RemotePlace> {
    if (this.#saved?.steps === this.#steps) return this.#saved.place;
    const { client } = this.#options;
    const name = stepName(this.#steps);
    const [stateUri, samplerUri] = await Promise.all([
      client.saveState(name),
      client.saveForSampler(name),
    ]);
    const place = { runId: client.model.modelId, stateUri, samplerUri };
    this.#saved = { place, steps: this.#steps };
    return place;
  }
}
