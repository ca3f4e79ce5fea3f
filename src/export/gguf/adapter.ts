import { type AdapterTensors, openWhole, type StoredAdapter } from "../../adapters/index.ts";
// An adapter by itself as a .gguf file, which llama.cpp puts on its base: two factors for each matrix that it changes,
// under the matrix's name. Facts: convert_lora_to_gguf.py and src/llama-adapter.cpp.
import { ModelError } from "../../core/errors.ts";
import { architectureOf, planFittingModel } from "../../models/index.ts";
import { dispose, retain, scope, type Tensor } from "../../mx/index.ts";
import { f32, type GgufEntry, text } from "../../weights/gguf/entries.ts";
import {
  inverted,
  type Recipe,
  shapesOf,
  type StoredModel,
  type TensorReader,
  viewThrough,
} from "../../weights/index.ts";
import type { ExportSource } from "../formats/format.ts";
import { familyOf, type GgufFamilyModel } from "./family.ts";
import { fileEntries, originEntries, outOfTower, shortName } from "./general-entries.ts";
import type { GgufPlanned } from "./gguf-file.ts";
import { mixtureOf } from "./mixtures.ts";
import type { GgufContent } from "./write.ts";

/** Types of an adapter's factors: their rows are too short for blocks. */
export const adapterQuants: readonly string[] = ["f32", "f16", "bf16"];

interface Opened {
  adapter: StoredAdapter;
  family: GgufFamilyModel;
  /** From the model's parameters to the names of the file, one after another. */
  stages: readonly Recipe[];
}

async function open({ model, name, adapter }: ExportSource): Promise<Opened> {
  const { config } = model;
  const planned = await planFittingModel(model);
  const architecture = await architectureOf(config);
  const family = await familyOf(config);
  const published = architecture.recipe(config);
  const base = {
    model: planned.model,
    published,
    mlx: architecture.packedRecipe(config),
    shapes: shapesOf(planned.source),
    name,
  };
  const opened = await openWhole(adapter?.folder ?? "", base);
  return { adapter: opened, family, stages: [inverted(published), outOfTower, family.recipe] };
}

/** The factor that gives the outputs, (outputs, rank), as the matrix that it changes is laid out. */
function viewOf(path: string, factor: Tensor, { stages }: Opened): StoredModel {
  const { shape } = factor;
  const tensors = new Map([[`${path}.weight`, { file: "", dtype: "F32", shape, bytes: 0 }]]);
  const given: StoredModel = {
    folder: "",
    config: {},
    companions: { at: "", names: () => [], has: () => false, read: () => undefined },
    tensors,
    files: [],
    fileBytes: new Map(),
    load: () => ({ read: () => factor, close: () => undefined }),
  };
  return stages.reduce((view, stage) => viewThrough(stage, view), given);
}

const transposedCopy = (tensor: Tensor, factor: number): Tensor =>
  retain(scope(() => tensor.astype("float32").mul(factor).transpose(1, 0)));

/** Where the file says one `alpha`, each update is `alpha / rank` of its product. */
function alphaOf({ layers }: StoredAdapter): number {
  const [first] = layers.values();
  return first === undefined ? 0 : first.shape.scale * first.shape.rank;
}

interface Factors {
  a: Tensor;
  b: Tensor;
}

interface Job {
  opened: Opened;
  alpha: number;
}

/** The two factors of a layer as files have them, with its name. */
function factorsOf(
  path: string,
  { lora_a: a, lora_b: b }: Readonly<Record<string, Tensor>>,
  { opened, alpha }: Job,
): { name: string } & Factors {
  if (a === undefined || b === undefined) throw new RangeError(`'${path}' lacks a factor`);
  const scale = opened.adapter.layers.get(path)?.shape.scale ?? 1;
  const view = viewOf(path, transposedCopy(b, (scale * a.dim(1)) / alpha), opened);
  const [name = ""] = view.tensors.keys();
  return { name, a: transposedCopy(a, 1), b: view.load().read(name) };
}

/** What a file of this kind cannot hold; then nothing is written, as the rest alone is another adapter. */
function problemsOf({ adapter, family }: Opened): string[] {
  const { turnedColumns } = family.writing;
  const layers = [...adapter.layers].flatMap(([path, { kind }]) => {
    if (kind !== "lora") return [`${path}: ${kind}`];
    return turnedColumns?.test(path) === true
      ? [`${path}: its inputs have another order there`]
      : [];
  });
  return [...layers, ...[...adapter.replaced.keys()].map((name) => `${name}: replaced whole`)];
}

function requirePlain(opened: Opened, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new ModelError("FT-EXPORT-023", {
    at: { file: opened.adapter.folder },
    message: `a GGUF adapter file holds only low-rank updates, and ${problems.length} parts of this adapter are not low-rank`,
    problems,
    hint: "leave --adapter-only out: the update then goes into the weights",
  });
}

const isFlat = ({ lora_a: a, lora_b: b }: Readonly<Record<string, Tensor>>): boolean =>
  a?.ndim === 2 && b?.ndim === 2;

/** Embeddings are looked up in their first factor, experts are stacked. */
function unlikeMatrices({ layers }: AdapterTensors): string[] {
  return [...layers].flatMap(([path, factors]) => {
    if (!isFlat(factors)) return [`${path}: stacked by expert`];
    const isTable = /(?:^|\.)(?:embed_tokens\w*|wte|wpe)$/.test(path);
    return isTable ? [`${path}: an embedding`] : [];
  });
}

/** Names, types and shapes, from the factors themselves: they are small. */
function plannedTensors(tensors: AdapterTensors, job: Job, type: string): GgufPlanned[] {
  return [...tensors.layers].flatMap(([path, factors]) => {
    const { name, a, b } = factorsOf(path, factors, job);
    const planned = [
      { name: `${name}.lora_a`, type, shape: [...a.shape] },
      { name: `${name}.lora_b`, type, shape: [...b.shape] },
    ];
    dispose([a, b]);
    return planned;
  });
}

function readerOf(job: Job): TensorReader {
  const tensors = job.opened.adapter.load();
  const made = new Map<string, Tensor>();
  const paths = [...tensors.layers.keys()];
  const makeNext = (): boolean => {
    const path = paths.shift();
    if (path === undefined) return false;
    const { name, a, b } = factorsOf(path, tensors.layers.get(path) ?? {}, job);
    made.set(`${name}.lora_a`, a).set(`${name}.lora_b`, b);
    return true;
  };
  return {
    read(name) {
      while (!made.has(name) && makeNext());
      const tensor = made.get(name);
      if (tensor === undefined) throw new RangeError(`there is no tensor '${name}'`);
      made.delete(name);
      return tensor;
    },
    close: () => dispose([tensors.layers, tensors.replaced, made]),
  };
}

/**
 * @throws ModelError FT-EXPORT-020 and 022 for a base that is not written, 023 for what such a file cannot hold; what
 * `openWhole` throws.
 */
export async function planGgufAdapter(source: ExportSource, quant: string): Promise<GgufContent> {
  const opened = await open(source);
  requirePlain(opened, problemsOf(opened));
  const mixture = mixtureOf(quant);
  const alpha = alphaOf(opened.adapter);
  const job = { opened, alpha };
  const loaded = opened.adapter.load();
  try {
    requirePlain(opened, unlikeMatrices(loaded));
    const tensors = plannedTensors(loaded, job, mixture?.usual ?? "F32");
    const entries = new Map<string, GgufEntry>([
      ["general.architecture", text(opened.family.writing.architecture)],
      ["general.type", text("adapter")],
      ["general.name", text(shortName(source.adapter?.folder ?? source.name))],
      ...originEntries(source.name),
      ["adapter.type", text("lora")],
      ["adapter.lora.alpha", f32(alpha)],
      ...fileEntries(mixture?.fileType ?? 0),
    ]);
    return { entries, tensors, load: () => readerOf(job) };
  } finally {
    dispose([loaded.layers, loaded.replaced]);
  }
}
