// How large each split is to be, as it is asked for: shares that add to one, and most rows.
import { badCap, badName, badRatios } from "./split-errors.ts";

export type Ratios = Readonly<Record<string, number>>;

/** Shares are written with a few digits: thirds need not add to one exactly. */
const tolerance = 1e-6;

/** Splits are named as files: a name leads to no other folder. */
export const isSplitName = (name: string): boolean =>
  /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]*$/u.test(name);

/** Throws UsageError FT-SPLIT-001, and FT-SPLIT-005 for a name. */
export function checkedRatios(ratios: Ratios): Ratios {
  const entries = Object.entries(ratios);
  if (entries.length === 0) throw badRatios("name no split");
  const unnamed = entries.find(([name]) => !isSplitName(name));
  if (unnamed !== undefined) throw badName(unnamed[0]);
  const bad = entries.find(([, share]) => !Number.isFinite(share) || share < 0 || share > 1);
  if (bad !== undefined) throw badRatios(`give ${bad[0]} a share of ${bad[1]}`);
  const sum = entries.reduce((all, [, share]) => all + share, 0);
  if (Math.abs(sum - 1) > tolerance) throw badRatios(`add to ${Number(sum.toFixed(6))}`);
  return ratios;
}

export interface NamedShares {
  train?: number | undefined;
  val?: number | undefined;
  test?: number | undefined;
}

/** Shares by flags of their own: what is left to one is the validation's, or the training's where that is not given. */
export function ratiosOf({ train, val, test }: NamedShares): Ratios | undefined {
  if (train === undefined && val === undefined && test === undefined) return undefined;
  const given = (train ?? 0) + (val ?? 0) + (test ?? 0);
  const rest = Math.max(0, Number((1 - given).toFixed(9)));
  const trained = train ?? (val === undefined && test === undefined ? 0 : rest);
  const validated = val ?? (train === undefined ? 0 : rest);
  return {
    train: trained,
    ...((val !== undefined || validated > 0) && { validation: validated }),
    ...(test !== undefined && { test }),
  };
}

/** Throws UsageError FT-SPLIT-002. */
export function checkedCaps(caps: Ratios, names: readonly string[]): Ratios {
  for (const [name, cap] of Object.entries(caps)) {
    if (!names.includes(name) || !Number.isSafeInteger(cap) || cap < 0) throw badCap(name, names);
  }
  return caps;
}

/** Whole numbers that add to `total`, each its quota rounded down or up: those with the largest remainders up. */
export function largestRemainder(
  total: number,
  shares: readonly number[],
  /** Of equal remainders the greater of these goes first. */
  needs: readonly number[] = shares.map(() => 0),
): number[] {
  const quotas = shares.map((share) => total * share);
  // 0.1 · 30 is 3.0000000000000004: a quota this near to a whole number is that number
  const floors = quotas.map((quota) => Math.floor(quota + 1e-9));
  const order = [...shares.keys()].toSorted((a, b) => {
    const difference = quotas[b]! - floors[b]! - (quotas[a]! - floors[a]!);
    return Math.abs(difference) > 1e-9 ? difference : needs[b]! - needs[a]! || a - b;
  });
  let left = total - floors.reduce((sum, floor) => sum + floor, 0);
  for (const at of order) {
    if (left <= 0) break;
    if (shares[at] === 0) continue;
    floors[at]!++;
    left--;
  }
  return floors;
}
