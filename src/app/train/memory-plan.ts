// Whether a run fits into memory, and the cheapest changes after which it would: found by asking the estimate again.
// The estimate itself is estimate-memory.ts; what a change does to rows and model is the caller's to work out.
import { totalmem } from "node:os";
import { ExitCode, FtError } from "../../core/errors.ts";
import { formatBytes, parseBytes } from "../../core/units.ts";
import { chooseBackend } from "../../mx/backends/index.ts";
import type { LighterRun } from "../../runs/index.ts";
import type { MemoryEstimate } from "../../train/memory-estimate.ts";
import { chosenMethod } from "../../train/methods.ts";
import { tunings } from "../../train/tuning/index.ts";
import type { RunConfig } from "../config/schema.ts";

export interface MemoryPlan {
  /** Arrays alive at once, as MLX counts them. */
  peakBytes: number;
  /** Of the whole process, which is what the system may end. */
  residentBytes: number;
  availableBytes: number;
  /** Of the resident bytes, by name. */
  terms: Record<string, number>;
  fits: boolean;
  /**
   * The cheapest first: what changes no result, then what changes the step, then what is learned. Of a run that does
   * not fit, those after which it would.
   */
  changes: LighterRun[];
}

/** What a run of other settings over the same model and rows would need. Throws FtError where such a run would be refused. */
export type Estimator = (config: RunConfig) => Promise<MemoryEstimate>;

/** A run with some settings changed, and the flags for it. */
interface Changed {
  flags: string;
  config: RunConfig;
}

/** Workers of a run on this machine, each with a model of its own. */
let processes = 1;

/** Makes what is free the share of one of several workers of this machine; each may need what one alone would. */
export function shareMemory(among: number): void {
  processes = among;
}

/** Of the device that computes, where it has memory of its own. Undefined where it has none, or nothing can compute. */
function freeOfDevice(): number | undefined {
  try {
    return chooseBackend(process.env["FT_BACKEND"]).backend.freeBytes?.();
  } catch {
    return undefined;
  }
}

/**
 * What other programs leave, of the device's memory where that is its own, or FT_MEMORY. On macOS the system counts hardly
 * anything as free: there it is the whole.
 */
export function availableBytes(): number {
  const told = process.env["FT_MEMORY"];
  if (told !== undefined && told !== "") return parseBytes(told) / processes;
  if (process.platform === "darwin") return totalmem() / processes;
  return (freeOfDevice() ?? process.availableMemory()) / processes;
}

/** What is left of a need after a change that is worth a flag, at most. */
const worthwhile = 0.98;

/** n/2, n/4, … down to `least`. */
function halvings(from: number, least: number): number[] {
  const halved: number[] = [];
  for (let value = Math.floor(from / 2); value >= least; value = Math.floor(value / 2))
    halved.push(value);
  return halved;
}

function optimizing(
  config: RunConfig,
  flags: string,
  changed: Partial<RunConfig["optimization"]>,
): Changed {
  return { flags, config: { ...config, optimization: { ...config.optimization, ...changed } } };
}

function checkpointed(config: RunConfig): Changed[] {
  if (config.optimization.gradient_checkpointing) return [];
  return [optimizing(config, "--gradient-checkpointing", { gradient_checkpointing: true })];
}

/** The same rows in a step, fewer of them at once. */
function smallerBatches(config: RunConfig): Changed[] {
  const { batch_size, gradient_accumulation_steps } = config.optimization;
  return halvings(batch_size, 1).map((size) => {
    const accumulation = Math.ceil((gradient_accumulation_steps * batch_size) / size);
    const flags = `--batch-size ${size} --gradient-accumulation-steps ${accumulation}`;
    const changed = { batch_size: size, gradient_accumulation_steps: accumulation };
    return optimizing(config, flags, changed);
  });
}

/** Each row in a row of its own, as long as the longest of its batch and no longer. */
function unpacked(config: RunConfig): Changed[] {
  if (!config.data.packing) return [];
  return [
    { flags: "--no-packing", config: { ...config, data: { ...config.data, packing: false } } },
  ];
}

function smallerState(config: RunConfig): Changed[] {
  if (!["adam", "adamw"].includes(config.optimization.optimizer)) return [];
  return [optimizing(config, "--optimizer adamw_8bit", { optimizer: "adamw_8bit" })];
}

function fewerLayers(config: RunConfig, blockCount: number): Changed[] {
  if (!tunings.get(chosenMethod(config).tuning).groups.includes("lora")) return [];
  const { num_layers } = config.lora;
  const now = num_layers === -1 ? blockCount : Math.min(num_layers, blockCount);
  return halvings(now, 1).map((layers) => {
    return {
      flags: `--num-layers ${layers}`,
      config: { ...config, lora: { ...config.lora, num_layers: layers } },
    };
  });
}

/** Shorter rows are cut rows, so this comes last. */
function shorterRows(config: RunConfig, longestRow: number): Changed[] {
  return halvings(Math.min(config.data.max_length, longestRow), 32).map((length) => {
    return {
      flags: `--max-length ${length}`,
      config: { ...config, data: { ...config.data, max_length: length } },
    };
  });
}

/** What the rows and the model leave to change. */
export interface Limits {
  blockCount: number;
  longestRow: number;
}

type Step = (config: RunConfig) => Changed[];

/** The cheapest first, each with its milder forms first. */
interface Steps {
  /** They leave what is learned nearly as it is. */
  free: readonly Step[];
  costly: readonly Step[];
}

function stepsFor({ blockCount, longestRow }: Limits): Steps {
  const fewer: Step = (config) => fewerLayers(config, blockCount);
  const shorter: Step = (config) => shorterRows(config, longestRow);
  const both: Step = (config) =>
    fewer(config)
      .slice(0, 1)
      .flatMap((halved) => withMore(halved, shorter));
  return {
    free: [checkpointed, smallerBatches, unpacked, smallerState],
    costly: [fewer, shorter, both],
  };
}

interface Found {
  free: LighterRun[];
  costly: LighterRun[];
}

const none: Found = { free: [], costly: [] };

class Search {
  readonly #estimate: Estimator;
  readonly #isEnough: (residentBytes: number) => boolean;
  readonly #steps: Steps;

  constructor(estimate: Estimator, limits: Limits, isEnough: (residentBytes: number) => boolean) {
    this.#estimate = estimate;
    this.#steps = stepsFor(limits);
    this.#isEnough = isEnough;
  }

  /** The mildest form of each that is enough alone. */
  async alone(config: RunConfig): Promise<Found> {
    const { free, costly } = this.#steps;
    return {
      free: await this.#mildest(free.map((step) => step(config))),
      costly: await this.#mildest(costly.map((step) => step(config))),
    };
  }

  /** The free ones on top of each other as far as they go, and on all of them each costly one. */
  async together(config: RunConfig): Promise<Found> {
    let base: Changed = { flags: "", config };
    const forms: Changed[][] = [];
    const { free, costly } = this.#steps;
    for (const step of free) {
      const on = withMore(base, step);
      const furthest = on.at(-1);
      if (furthest === undefined || !(await this.#isLess(furthest, base))) continue;
      forms.push(on);
      base = furthest;
    }
    const all = base;
    return {
      free: await this.#mildest(forms),
      costly: await this.#mildest(costly.map((step) => withMore(all, step))),
    };
  }

  async #isLess(changed: Changed, base: Changed): Promise<boolean> {
    const after = await this.#estimateOf(changed.config);
    const before = await this.#estimate(base.config);
    return after !== undefined && after.totalBytes < worthwhile * before.totalBytes;
  }

  async #mildest(forms: readonly (readonly Changed[])[]): Promise<LighterRun[]> {
    const found: LighterRun[] = [];
    for (const each of forms) {
      const enough = await this.#firstEnough(each);
      if (enough !== undefined) found.push(enough);
    }
    return found;
  }

  async #firstEnough(forms: readonly Changed[]): Promise<LighterRun | undefined> {
    for (const { flags, config } of forms) {
      const found = await this.#estimateOf(config);
      if (found === undefined) return undefined;
      const { peakBytes, totalBytes } = found;
      if (this.#isEnough(totalBytes))
        return { change: flags, peakBytes, residentBytes: totalBytes };
    }
    return undefined;
  }

  /** undefined where such a run would be refused: no row is left to learn from, an adapter fits other layers. */
  async #estimateOf(config: RunConfig): Promise<MemoryEstimate | undefined> {
    try {
      return await this.#estimate(config);
    } catch (error) {
      if (error instanceof FtError) return undefined;
      throw error;
    }
  }
}

function withMore(base: Changed, step: Step): Changed[] {
  return step(base.config).map(({ flags, config }) => {
    return { flags: `${base.flags} ${flags}`.trim(), config };
  });
}

/** The run as it is, and what would make it smaller. `config` has a batch size that is settled. */
export async function planMemory(
  config: RunConfig,
  now: MemoryEstimate,
  { estimate, limits }: { estimate: Estimator; limits: Limits },
  available = availableBytes(),
): Promise<MemoryPlan> {
  const fits = now.totalBytes <= available;
  const target = fits ? worthwhile * now.totalBytes : available;
  const search = new Search(estimate, limits, (bytes) => bytes <= target);
  const alone = await search.alone(config);
  const isFew = !fits && alone.free.length < 2;
  const together = isFew ? await search.together(config) : none;
  const changes = [...alone.free, ...together.free, ...alone.costly, ...together.costly];
  return {
    peakBytes: now.peakBytes,
    residentBytes: now.totalBytes,
    availableBytes: available,
    terms: Object.fromEntries(now.terms.map(({ name, bytes }) => [name, bytes])),
    fits,
    changes: [...new Map(changes.map((each) => [each.change, each])).values()],
  };
}

/** "--gradient-checkpointing: 1.3 GB", one a line; two at most. */
export function cheapestChanges({ changes }: Pick<MemoryPlan, "changes">): string[] {
  return changes
    .slice(0, 2)
    .map(({ change, residentBytes }) => `${change}: ${formatBytes(residentBytes)}`);
}

function needs({ residentBytes, availableBytes: available }: MemoryPlan): string {
  return (
    `training is estimated to need ${formatBytes(residentBytes)} of memory, and ` +
    `${formatBytes(available)} are free`
  );
}

/** What to know of a run that will hardly fit, and goes on all the same. */
export function memoryNotices(plan: MemoryPlan): string[] {
  if (plan.fits) return [];
  const changes = cheapestChanges(plan);
  const less = changes.length === 0 ? "no setting makes it fit" : `less: ${changes.join("; ")}`;
  return [`${needs(plan)}; ${less}`];
}

/** @throws FtError FT-TRAIN-005 (exit 5) for a run that cannot fit, with the two cheapest changes after which it would. */
export function requireMemory(plan: MemoryPlan): void {
  if (plan.fits) return;
  const changes = cheapestChanges(plan);
  const [first] = plan.changes;
  throw new FtError("FT-TRAIN-005", {
    message: `${needs(plan)}${changes.length === 0 ? "" : "; it would need"}`,
    problems: changes.map((change) => `with ${change}`),
    hint: `${first?.change ?? "a smaller model"}; --force tries it as it is`,
    exitCode: ExitCode.doesNotFit,
  });
}
