// Puts adapters of a kind on the linear layers of the blocks; everything else is frozen. What is known of a kind without
// a model is in a file of its own: lora.ts, dora.ts.
import {
  type AdapterOrigin,
  type AdapterPlacement,
  adapterKinds,
  ALL_LINEAR,
  allLinearNames,
  attachAdapter,
  baseWarnings,
  isOutputFactor,
  linearNames,
  loadAdapterWeights,
  LoraOptions,
  loraScale,
  openFirstAdapter,
  otherBaseOf,
  type PlacedAdapter,
  placeAdapter,
  requireFittingAdapter,
  requireSameLayers,
  saveAdapter,
  type StoredAdapter,
  takeFirstAdapter,
  tiedHead,
} from "../../adapters/index.ts";
import { ConfigError } from "../../core/errors.ts";
import type { TrainableModel } from "../objectives/objective.ts";
import type { ForeignNames, TuningMaker, TuningOptions, TuningPlan } from "./tuning.ts";

/** The configuration's default names; a model that has none of them is adapted on every linear layer instead. */
const defaultTargets = LoraOptions.parse({}).target_modules.join();

function targetsFor(
  model: TrainableModel,
  kind: string,
  wanted: readonly string[],
): { targets: readonly string[]; notices: string[] } {
  if (wanted.join() !== defaultTargets) return { targets: wanted, notices: [] };
  const adapter = adapterKinds.get(kind);
  const names = linearNames(model, adapter);
  if (wanted.some((target) => names.includes(target))) return { targets: wanted, notices: [] };
  const every = allLinearNames(model, adapter).join(", ");
  const notice = `the model has no ${wanted.join(" or ")}: adapting every linear layer (${every})`;
  return { targets: [ALL_LINEAR], notices: [notice] };
}

function placementOn(
  model: TrainableModel,
  kind: string,
  options: LoraOptions,
): { placement: AdapterPlacement; notices: string[] } {
  const { r: rank, dropout, init: start } = options;
  const shape = { rank, scale: loraScale(options), dropout, start };
  const { targets, notices } = targetsFor(model, kind, options.target_modules);
  const where = { blockCount: options.num_layers, adaptsRouters: options.adapt_routers };
  return { placement: { ...shape, ...where, targets }, notices };
}

function requireOneStart({ init, init_adapter }: LoraOptions): void {
  if (init_adapter === null || init === "default") return;
  throw new ConfigError("FT-CONFIG-063", {
    at: { field: "lora.init" },
    message: `--lora-init ${init} and --init-adapter ${init_adapter} are both given, and an adapter starts from one of them`,
    hint: "--lora-init default, or leave --init-adapter out",
  });
}

/** An adapter on a table that is used twice counts twice. */
function tiedNotice(model: TrainableModel, layers: PlacedAdapter["layers"]): string[] {
  const tied = tiedHead(model);
  if (!layers.some(({ path }) => path === tied)) return [];
  return [
    `${tied} is the model's head as well: its adapter changes both, as in mlx-lm; in PEFT it changes the embedding alone`,
  ];
}

/**
 * What adapters of a kind would be on a model.
 * @throws ConfigError FT-ADAPTER-001 and 002, ModelError FT-ADAPTER-003 and FT-MODEL-010 of an adapter to start from.
 */
export async function planAdapter(
  kind: string,
  model: TrainableModel,
  { lora: options }: TuningOptions,
  names: ForeignNames = {},
): Promise<TuningPlan> {
  requireOneStart(options);
  const { placement, notices } = placementOn(model, kind, options);
  const placed = placeAdapter(model, kind, placement);
  const { shapes, reachedBlocks, layers } = placed;
  const path = options.init_adapter;
  const first = path === null ? undefined : await openFirstAdapter(path, { model, ...names });
  if (first !== undefined) requireSameLayers(first, placed, kind, placement);
  else if (path !== null) await requireFittingAdapter(path, shapes);
  return {
    shapes: [...shapes.values()],
    trainedBlocks: reachedBlocks,
    notices: [...notices, ...tiedNotice(model, layers)],
  };
}

/** Another program's adapter; its base is compared with this one where it says what that was like. */
async function openedFirst(
  path: string,
  model: TrainableModel,
  { base: name, baseDigest: digest, baseLikeness }: AdapterOrigin,
  names: ForeignNames,
): Promise<StoredAdapter | undefined> {
  return await openFirstAdapter(path, {
    ...{ model, ...names, name, digest },
    likeness: async () => baseLikeness,
  });
}

async function noticesOn(
  path: string | null,
  theirs: StoredAdapter | undefined,
  { base, baseDigest, baseLikeness }: AdapterOrigin,
): Promise<string[]> {
  if (theirs !== undefined) return baseWarnings(theirs, { digest: baseDigest });
  if (path === null) return [];
  const warning = await otherBaseOf(path, { base, baseDigest, baseLikeness });
  return warning === undefined ? [] : [warning];
}

export const adapterTuning =
  (kind: string): TuningMaker =>
  async ({ model, options: { lora: options }, origin, seed, names = {} }) => {
    const { placement } = placementOn(model, kind, options);
    const { rank, scale, dropout, start } = placement;
    const shape = { rank, scale, dropout, ...(start !== undefined && { start }) };
    const path = options.init_adapter;
    const theirs = path === null ? undefined : await openedFirst(path, model, origin, names);
    const attached = attachAdapter(model, kind, placement, seed);
    if (theirs !== undefined) takeFirstAdapter(model, theirs, shape);
    else if (path !== null) await loadAdapterWeights(path, model);
    const notices = await noticesOn(path, theirs, origin);
    const ratio = options.lora_plus_ratio ?? 1;
    return {
      rateScale: (name) => (isOutputFactor(name) ? ratio : 1),
      notices,
      save: (folder) => saveAdapter(folder, model, attached, shape, origin),
      load: (folder) => loadAdapterWeights(folder, model),
    };
  };
