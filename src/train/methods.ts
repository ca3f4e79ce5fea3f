// What people call ways of training, and what each word means: a tuning (which weights move) and an objective (what is
// learned from a row). A word is built when both are registered; the others are known, so that they can be told apart
// from a slip of the pen.
import { nearest } from "../core/nearest.ts";
import { objectives } from "./objectives/index.ts";
import { tunings } from "./tuning/index.ts";

export interface Method {
  tuning: string;
  objective: string;
}

const supervised = (tuning: string): Method => ({ tuning, objective: "supervised" });
const onAdapter = (objective: string): Method => ({ tuning: "lora", objective });

/** Extensions add their own: `methods.set("word", { tuning, objective })`. */
export const methods = new Map<string, Method>([
  ["lora", supervised("lora")],
  ["full", supervised("full")],
  ["instruction", supervised("lora")],
  ["qlora", supervised("qlora")],
  ["adalora", supervised("adalora")],
  ["prefix_tuning", supervised("prefix")],
  ["p_tuning", supervised("p_tuning")],
  ["prompt_tuning", supervised("prompt")],
  ["ia3", supervised("ia3")],
  ["rlhf", onAdapter("rlhf")],
  ["dpo", onAdapter("dpo")],
  ["orpo", onAdapter("orpo")],
  ["simpo", onAdapter("simpo")],
  ["kto", onAdapter("kto")],
  ["rlaif", onAdapter("rlaif")],
  ["simcse", onAdapter("simcse")],
  ["contrastive_alignment", onAdapter("contrastive_alignment")],
  ["distillation", onAdapter("distillation")],
  ["feature_distillation", onAdapter("feature_distillation")],
  ["self_distillation", onAdapter("self_distillation")],
  ["qat_int8", supervised("qat_int8")],
  ["qat_int4", supervised("qat_int4")],
  ["magnitude_pruning", supervised("magnitude_pruning")],
  ["structured_pruning", supervised("structured_pruning")],
  ["dora", supervised("dora")],
]);

/** Other spellings. */
export const methodAliases: ReadonlyMap<string, string> = new Map([
  ["full_finetuning", "full"],
  ["instruction_tuning", "instruction"],
  ["vanilla_distillation", "distillation"],
]);

/** The word itself for one of its other spellings. */
export function methodWord(word: string): string {
  return methodAliases.get(word) ?? word;
}

const isBuilt = ({ tuning, objective }: Method): boolean =>
  tunings.has(tuning) && objectives.has(objective);

export function builtMethods(): string[] {
  return [...methods].filter(([, method]) => isBuilt(method)).map(([word]) => word);
}

/** The methods that are built and learn from rows of a kind. */
export function methodsFor(kind: string): string[] {
  return [...methods]
    .filter(
      ([, method]) => isBuilt(method) && objectives.get(method.objective).kinds.includes(kind),
    )
    .map(([word]) => word);
}

/** Why a word cannot be used, or undefined. */
export function methodProblem(word: string): string | undefined {
  const method = methods.get(methodWord(word));
  if (method !== undefined && isBuilt(method)) return undefined;
  const built = `[${builtMethods().join(", ")}]`;
  if (method !== undefined) return `Method '${word}' is not built yet. Built: ${built}`;
  const near = nearest(word, [...methods.keys(), ...methodAliases.keys()]);
  return `Unknown method '${word}'. Valid options: ${built}${near === undefined ? "" : `; did you mean ${near}?`}`;
}

/** The word for a pair, where there is one. */
export function wordFor({ tuning, objective }: Method): string | undefined {
  return [...methods].find(
    ([, method]) => method.tuning === tuning && method.objective === objective,
  )?.[0];
}

/** What a configuration trains: `tuning` and `objective` where they are given, else what its method's word means. */
export function chosenMethod(config: {
  method: string | null;
  tuning: string | null;
  objective: string | null;
}): Method {
  const meant = methods.get(methodWord(config.method ?? "")) ?? supervised("lora");
  return { tuning: config.tuning ?? meant.tuning, objective: config.objective ?? meant.objective };
}
