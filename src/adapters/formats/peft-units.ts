// The tensors of a PEFT file taken together: two factors and perhaps lengths for each module or parameter, and whole
// parameters beside them. Names and shapes only; where they belong on a model is peft-places.ts's.
import type { Dropped } from "../stored-adapter.ts";
import { type PeftConfig, rankOf, scaleOf } from "./peft-config.ts";

type Shapes = ReadonlyMap<string, { shape: readonly number[] }>;

/** One low-rank update, by the name of the weight that it is for. */
export interface Unit {
  /** As a published checkpoint names it: "model.layers.0.self_attn.q_proj.weight", "….experts.gate_up_proj". */
  weight: string;
  /** Names in the file. */
  a: string;
  b: string;
  /** Of DoRA's lengths. */
  m?: string | undefined;
  isEmbedding: boolean;
  /** More than one: factors of all experts lie in one tensor. */
  experts: number;
  rank: number;
  scale: number;
  rows: number;
  columns: number;
}

export interface Units {
  units: Unit[];
  /** Whole parameters, by the published name: their names in the file. */
  whole: Map<string, string>;
  dropped: Dropped[];
  /** Of what has no meaning beside the base. */
  ignored: string[];
}

const PREFIX = "base_model.model.";

const endings = [
  [".lora_A.weight", "a"],
  [".lora_B.weight", "b"],
  [".lora_embedding_A", "embeddingA"],
  [".lora_embedding_B", "embeddingB"],
  [".lora_magnitude_vector", "m"],
  [".lora_magnitude_vector.weight", "m"],
] as const;

type Part = (typeof endings)[number][1];

interface Grouped {
  /** By module as the file has it, with its wrappers. */
  modules: Map<string, Partial<Record<Part, string>>>;
  others: string[];
}

const stripped = (name: string): string =>
  name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;

function grouped(names: Iterable<string>): Grouped {
  const modules: Grouped["modules"] = new Map();
  const others: string[] = [];
  for (const name of names) {
    const ending = endings.find(([end]) => name.endsWith(end));
    if (ending === undefined) {
      others.push(name);
      continue;
    }
    const module = stripped(name.slice(0, -ending[0].length));
    modules.set(module, { ...modules.get(module), [ending[1]]: name });
  }
  return { modules, others };
}

const WRAPPER = /\.base_layer/g;

/** Definition order in transformers: PEFT wraps the first one innermost. */
const order = ["gate_up_proj", "gate_up_proj_bias", "down_proj", "down_proj_bias"];
const placeOf = (name: string): number => (order.indexOf(name) + 1 || order.length + 1) - 1;

/** Names of the parameters of a module that are targeted, innermost wrapper first. */
function parametersOf(module: string, targets: readonly string[]): string[] {
  const own = targets.flatMap((target) => {
    const at = target.lastIndexOf(".");
    const [owner, name] = at === -1 ? ["", target] : [target.slice(0, at), target.slice(at + 1)];
    const isOwn = owner === "" || module === owner || module.endsWith(`.${owner}`);
    return isOwn ? [name] : [];
  });
  return [...new Set(own)].toSorted((x, y) => placeOf(x) - placeOf(y));
}

/** The published name of the weight that a wrapper of a module stands for. */
function weightOf(wrapped: string, all: ReadonlySet<string>, targets: readonly string[]): string {
  const module = wrapped.replaceAll(WRAPPER, "");
  const isNested = all.has(`${module}.base_layer`) || wrapped !== module;
  const names = parametersOf(module, targets);
  const known =
    isNested || module.endsWith(".experts") ? names : names.filter((one) => one === "weight");
  const inner = (wrapped.match(WRAPPER) ?? []).length;
  const deepest = [...all].filter((one) => one.replaceAll(WRAPPER, "") === module).length - 1;
  const parameter = known[deepest - inner] ?? "weight";
  return `${module}.${parameter}`;
}

function unitOf(
  weight: string,
  parts: Partial<Record<Part, string>>,
  shapes: Shapes,
  config: PeftConfig,
): Unit | undefined {
  const isEmbedding = parts.embeddingA !== undefined;
  const [a, b] = isEmbedding ? [parts.embeddingA, parts.embeddingB] : [parts.a, parts.b];
  if (a === undefined || b === undefined) return undefined;
  const [[rankRows = 0, columns = 0] = [], [rows = 0, rankColumns = 0] = []] = [a, b].map(
    (name) => shapes.get(name)?.shape ?? [],
  );
  const module = weight.endsWith(".weight") ? weight.slice(0, -".weight".length) : weight;
  const rank = rankOf(config, module);
  const experts = rankRows / rank;
  if (rankRows !== rankColumns || !Number.isInteger(experts) || experts < 1) return undefined;
  const own = { weight, a, b, m: parts.m, isEmbedding, experts, rank };
  const scale = scaleOf(config, module, rank);
  // an embedding's A is of its rows
  return isEmbedding
    ? { ...own, scale, rows: columns, columns: rows }
    : { ...own, scale, rows, columns };
}

/** Weights of the base that PEFT saves beside the adapter of an embedding. */
const isOfBase = (name: string): boolean => name.endsWith(".base_layer.weight");

function othersOf(
  names: readonly string[],
  found: Pick<Units, "whole" | "dropped" | "ignored">,
): void {
  for (const name of names) {
    const own = stripped(name);
    if (isOfBase(own)) found.ignored.push(own);
    else if (own.includes(".lora_"))
      found.dropped.push({
        what: own,
        why: "biases of an adapter's factors are not computed here",
      });
    else if (/\.(?:weight|bias)$/.test(own))
      found.whole.set(
        own.replaceAll(WRAPPER, "").replace(/\.modules_to_save(?:\.\w+)?\./, "."),
        name,
      );
    else found.dropped.push({ what: own, why: "nothing is known of such a tensor" });
  }
}

/** What a file with these tensors holds under a configuration. */
export function unitsIn(shapes: Shapes, config: PeftConfig): Units {
  const { modules, others } = grouped(shapes.keys());
  const all = new Set(modules.keys());
  const found: Units = { units: [], whole: new Map(), dropped: [], ignored: [] };
  for (const [module, parts] of modules) {
    const weight = weightOf(module, all, config.target_parameters);
    const unit = unitOf(weight, parts, shapes, config);
    if (unit !== undefined) found.units.push(unit);
    else
      found.dropped.push({
        what: module,
        why: "its factors are not whole, or not of the rank that is said",
      });
  }
  othersOf(others, found);
  return found;
}
