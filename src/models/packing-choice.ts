// How each layer of a model is to be packed: one packing for all, a mixed recipe, rules for layers by their names.
// Packs nothing: packing.ts does.
import { ConfigError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { modeOf, type Packing } from "../mx/index.ts";
import { isEmbeddingLike, isLinearLike, isStackedLinearLike, routersIn } from "../nn/index.ts";
import { type LanguageModel, packingProblem, usualGroupSize } from "./kit/index.ts";

type Widths = Readonly<{ low: number; high: number }>;

/** mlx-lm's mixtures: more bits for the head, and for values and down projections of some blocks. */
const mixtures: Readonly<Record<Mixture, Widths>> = {
  mixed_2_6: { low: 2, high: 6 },
  mixed_3_4: { low: 3, high: 4 },
  mixed_3_6: { low: 3, high: 6 },
  mixed_4_6: { low: 4, high: 6 },
};

export const MIXTURES = ["mixed_2_6", "mixed_3_4", "mixed_3_6", "mixed_4_6"] as const;

type Mixture = (typeof MIXTURES)[number];

/** Bits for the layers that a pattern names, or `dense`: they stay as they are. */
export type LayerBits = number | "dense";

export interface PackingWish extends Packing {
  mixture?: Mixture | undefined;
  /** By patterns of paths, in which * stands for anything; the last that fits decides. */
  layers?: Readonly<Record<string, LayerBits>>;
}

/** The paths of layers that could be packed. */
function layerPaths(model: LanguageModel): string[] {
  return [...model.modules()]
    .filter(
      ([, layer]) => isLinearLike(layer) || isEmbeddingLike(layer) || isStackedLinearLike(layer),
    )
    .map(([path]) => path);
}

const escaped = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);

function matcherOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`);
}

/** Both ends of the model and every third block between, as in llama.cpp's Q4_K_M. */
function takesMoreBits(block: number, count: number): boolean {
  const eighth = Math.floor(count / 8);
  const last = Math.floor((7 * count) / 8);
  return block < eighth || block >= last || (block - eighth) % 3 === 2;
}

/** mlx-lm looks for the block's number where the first down projection has it. */
function numberPlace(paths: readonly string[]): number {
  const found = paths.find((path) => path.includes("down_proj"));
  if (found === undefined)
    throw new ConfigError("FT-CONFIG-080", {
      message: "mixed recipes name down_proj and v_proj, and this model has no such layers",
      hint: "--layer 'PATTERN=BITS' gives layers their bits by name",
    });
  return found.split(".").findIndex((part) => /^\d+$/.test(part));
}

const valueLayers = ["v_proj", "v_a_proj", "v_b_proj"];

function mixedBits(model: LanguageModel, paths: readonly string[], { low, high }: Widths) {
  const place = numberPlace(paths);
  const count = model.blocks.length;
  return (path: string): number => {
    const named = [...valueLayers, "down_proj"].some((name) => path.includes(name));
    const block = Number(path.split(".")[place] ?? 0);
    const takesMore = named && takesMoreBits(block, count);
    return takesMore || path.includes("lm_head") ? high : low;
  };
}

function refusePattern(pattern: string, paths: readonly string[]): ConfigError {
  const near = nearest(pattern, paths) ?? paths.find((path) => path.includes("."));
  return new ConfigError("FT-CONFIG-081", {
    message: `no layer is named ${pattern}`,
    hint: `names are like ${near}; '*.${near?.split(".").at(-1)}' is every layer of that kind`,
  });
}

/** The packing with these bits: in the mode asked for where it has them, else affine. */
function withBits({ mode, groupSize }: Packing, bits: number, pattern: string): Packing {
  const asked: Packing = { ...(mode !== undefined && { mode }), groupSize, bits };
  if (packingProblem(asked) === undefined) return asked;
  const size = modeOf(asked) === "affine" ? groupSize : usualGroupSize("affine");
  const affine = { mode: "affine", groupSize: size, bits } as const;
  const problem = packingProblem(affine);
  if (problem === undefined) return affine;
  throw new ConfigError("FT-CONFIG-082", {
    message: `${pattern}: ${problem}`,
    hint: "--layer 'PATTERN=BITS' with one of these, or PATTERN=dense",
  });
}

/**
 * How each layer is packed, by its path; layers that stay dense are not in it, among them what chooses among experts
 * where no rule names it. Whether rows are whole groups is not asked here.
 * @throws ConfigError FT-CONFIG-080 for a mixture that the model has no layers for, 081 for a pattern that names no
 * layer, 082 for bits that there are not.
 */
export function choosePackings(model: LanguageModel, wish: PackingWish): Map<string, Packing> {
  const { mixture, layers = {}, ...general } = wish;
  const paths = layerPaths(model);
  const widths = mixture === undefined ? undefined : mixtures[mixture];
  const mixed = widths && mixedBits(model, paths, widths);
  const routers = routersIn(model);
  const chosen = new Map(
    paths
      .filter((path) => !routers.has(path))
      .map((path) => [path, mixed ? { ...general, bits: mixed(path) } : general]),
  );
  for (const [pattern, bits] of Object.entries(layers)) {
    const matcher = matcherOf(pattern);
    const named = paths.filter((path) => matcher.test(path));
    if (named.length === 0) throw refusePattern(pattern, paths);
    for (const path of named) {
      if (bits === "dense") chosen.delete(path);
      else chosen.set(path, withBits(general, bits, pattern));
    }
  }
  return chosen;
}
