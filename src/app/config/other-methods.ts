// Settings that a person gave and that only other methods read: --teacher without --method distillation, say. Told, since
// the method was probably forgotten. Not contradictions, which are refused: method.ts.
import { optionsOf } from "../../core/options.ts";
import { builtMethods, chosenMethod, methods } from "../../train/methods.ts";
import { objectives } from "../../train/objectives/index.ts";
import { valueAt } from "./layers.ts";
import type { ResolvedConfig } from "./resolve.ts";
import { RunConfigSchema } from "./schema.ts";

/** Options of the loss of tokens; where there is none, they are refused rather than left aside. */
const ofEveryMethod = "loss";

const groupsOf = (objective: string): readonly string[] => objectives.get(objective).groups ?? [];

/** The methods whose objective reads a group of options. */
function readersOf(group: string): string[] {
  return builtMethods().filter((word) => {
    const { objective = "" } = methods.get(word) ?? {};
    return groupsOf(objective).includes(group);
  });
}

/** In a file, in the environment, or as a flag; profiles and presets are nobody's wish for a single setting. */
const wasSaid = (origin: string): boolean =>
  /^(user|project|config|environment|flag):/.test(origin);

/** One line for each such setting. */
export function valuesOfOtherMethods({
  config,
  origins,
}: Pick<ResolvedConfig, "config" | "origins">): string[] {
  const { objective } = chosenMethod(config);
  const unread = (group: string | undefined): group is string =>
    group !== undefined && group !== ofEveryMethod && !groupsOf(objective).includes(group);
  return optionsOf(RunConfigSchema).flatMap(({ path, key, default: fallback }) => {
    const [group] = path;
    const origin = origins.get(key) ?? "";
    if (path.length < 2 || !unread(group) || !wasSaid(origin)) return [];
    const readers = readersOf(group);
    if (readers.length === 0 || valueAt(config, path) === fallback) return [];
    const name = origin.startsWith("flag:") ? origin.slice("flag:".length) : key;
    return [`${name} is not used: it is read by --method ${readers.join(", ")} alone`];
  });
}
