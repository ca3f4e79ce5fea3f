// PEFT's form written: layers under the names of the published model, experts as the parameters that transformers holds
// them in, an embedding that is the head as well tied to it. Reading is peft-read.ts's.
import { heaviest } from "../../core/heaviest.ts";
import { dispose, evaluate, retain, scope, type Tensor } from "../../mx/index.ts";
import { isEmbeddingLike, type Module, routersIn } from "../../nn/index.ts";
import { inverted, mapTensors, type Recipe, type Rule } from "../../weights/index.ts";
import { tiedHead } from "../attach.ts";
import type {
  AdapterBase,
  AdapterLayer,
  AdapterTensors,
  Dropped,
  StoredAdapter,
} from "../stored-adapter.ts";
import { widened } from "./factors.ts";
import type { WrittenAdapter } from "./format.ts";
import { rowsOf } from "./peft-places.ts";
import { PEFT_FILES } from "./peft-read.ts";
import { carriedOver, mapRows, type RowsEntry, type Update } from "./recipe-factors.ts";

const PREFIX = "base_model.model.";
const WEIGHT = ".weight";

const ownerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf("."));

/** A rule that says how transformers holds experts in memory: one parameter for all, without a ".weight". */
function isWholeParameter(rule: Rule): boolean {
  if (rule.kind !== "conversion" || rule.from.length !== 1) return false;
  const { text = "", stacked } = rule.from[0] ?? {};
  const isOne = stacked === undefined && /\.experts\.\w+$/.test(text);
  return isOne && rule.to.every((to) => to.text.endsWith(WEIGHT));
}

/** From parameters to what transformers calls them, whatever the files do. */
function namingOf(published: Recipe): Recipe {
  const parameters = published
    .filter(isWholeParameter)
    .map((rule) => ({ ...rule, readsOnly: false }));
  return [...inverted(parameters as Recipe), ...inverted(published)];
}

/** An update under its published name. */
interface Written {
  name: string;
  layer: AdapterLayer;
  update: Update;
  isEmbedding: boolean;
  isRouter: boolean;
}

interface Naming {
  entries: RowsEntry[];
  rows: ReadonlyMap<string, readonly number[]>;
}

function namesOf(
  paths: readonly string[],
  layers: ReadonlyMap<string, Module>,
  recipe: Recipe,
): Naming {
  const rowsAt = (path: string): readonly number[] => rowsOf(layers.get(path)) ?? [];
  const rows = new Map<string, readonly number[]>(
    paths.map((path) => [`${path}${WEIGHT}`, rowsAt(path)]),
  );
  const first = mapRows(recipe, rows, true);
  if (first.missing.length === 0) return { entries: first.entries, rows };
  for (const name of first.missing) rows.set(name, rowsAt(ownerOf(name)));
  return { entries: mapRows(recipe, rows, true).entries, rows };
}

/** (rank, columns) and (rows, rank), from the layout of mlx-lm's files. */
function updateOf(
  layer: Module,
  { lora_a: a, lora_b: b, m }: Readonly<Record<string, Tensor>>,
): Update {
  const [first, second] = [a as Tensor, b as Tensor];
  if (first.ndim === 3) return { a: first, b: second };
  const isTable = isEmbeddingLike(layer);
  const update = isTable
    ? { a: second, b: first }
    : { a: first.transpose(), b: second.transpose() };
  return m === undefined ? update : { ...update, m };
}

/** Of one entry's sources: at the scale of the first, and where they are stacked of the same rank. */
function alike(update: Update, layer: AdapterLayer, first: AdapterLayer): Update {
  const ratio = layer.shape.scale / first.shape.scale;
  const b = ratio === 1 ? update.b : update.b.mul(ratio).astype(update.b.dtype);
  const rank = Math.max(layer.shape.rank, update.a.dim(-2));
  return {
    ...update,
    a: widened(update.a, update.a.ndim - 2, rank),
    b: widened(b, b.ndim - 1, rank),
  };
}

class PeftWriter {
  readonly #adapter: StoredAdapter;
  readonly #base: AdapterBase;
  readonly #modules: ReadonlyMap<string, Module>;
  readonly #recipe: Recipe;
  readonly #routers: ReadonlySet<string>;
  readonly dropped: Dropped[] = [];

  constructor(adapter: StoredAdapter, base: AdapterBase) {
    this.#adapter = adapter;
    this.#base = base;
    this.#modules = new Map(base.model.modules());
    this.#recipe = namingOf(base.published ?? []);
    this.#routers = routersIn(base.model);
  }

  /** Layers that PEFT can have. */
  #paths(): string[] {
    const isUnfit = ([path, { kind }]: [string, AdapterLayer]): boolean =>
      kind === "dora" && isEmbeddingLike(this.#modules.get(path) as Module);
    const all = [...this.#adapter.layers];
    for (const [what] of all.filter(isUnfit))
      this.dropped.push({
        what,
        why: "PEFT gives each column of an embedding a length, here and in mlx-lm each row has one",
      });
    return all.filter((entry) => !isUnfit(entry)).map(([path]) => path);
  }

  /** In the current scope. */
  updates({ layers }: AdapterTensors): Written[] {
    const paths = this.#paths();
    const naming = namesOf(paths, this.#modules, this.#recipe);
    const named = new Set(naming.entries.flatMap(({ entry }) => entry.sources.map(ownerOf)));
    for (const what of paths.filter((path) => !named.has(path)))
      this.dropped.push({ what, why: "the published model has no one place for this layer" });
    return naming.entries.flatMap((rows) => this.#written(rows, naming, layers));
  }

  #written(rows: RowsEntry, naming: Naming, tensors: AdapterTensors["layers"]): Written[] {
    const names = rows.entry.sources;
    const paths = names.map(ownerOf);
    const own = paths.map((path) => this.#adapter.layers.get(path));
    const first = own.find((one) => one !== undefined);
    const [path = ""] = paths;
    if (first === undefined) return [];
    const updates = paths.map((one, at) => {
      const parts = tensors.get(one);
      const layer = own[at];
      if (parts === undefined || layer === undefined) return undefined;
      return alike(updateOf(this.#modules.get(one) as Module, parts), layer, first);
    });
    const rowsIn = (name: string): readonly number[] => naming.rows.get(name) ?? [];
    const carried = carriedOver(rows, { names, updates, rowsOf: rowsIn, mayShare: true });
    const isEmbedding = isEmbeddingLike(this.#modules.get(path) as Module);
    const isRouter = paths.some((one) => this.#routers.has(one));
    return rows.results.map(({ name }, at) => {
      const update = carried[at] as Update;
      const shape = { ...first.shape, rank: update.a.dim(-2) };
      return { name, layer: { ...first, shape }, update, isEmbedding, isRouter };
    });
  }

  /** Whole parameters, by published name; in the current scope. */
  whole({ replaced }: AdapterTensors): Map<string, Tensor> {
    const shapes = new Map([...replaced].map(([name, { shape }]) => [name, shape]));
    const { entries } = mapTensors(this.#recipe, shapes);
    const found = entries.flatMap((entry) => {
      const made = entry.load((name) => replaced.get(name) as Tensor);
      return entry.parameters.map((name, at) => [name, made[at] as Tensor] as const);
    });
    const placed = new Set(entries.flatMap(({ sources }) => sources));
    for (const what of [...replaced.keys()].filter((name) => !placed.has(name)))
      this.dropped.push({ what, why: "the published model has no one place for this parameter" });
    return new Map(found);
  }

  get tiedName(): string | undefined {
    const tied = tiedHead(this.#base.model);
    return this.#adapter.layers.has(tied ?? "") || this.#adapter.replaced.has(`${tied}${WEIGHT}`)
      ? tied
      : undefined;
  }

  /** Last names that only adapted layers of the model have. */
  shortNames(written: readonly Written[]): ReadonlySet<string> {
    const last = (name: string): string => name.split(".").at(-1) ?? name;
    const paths = [...this.#modules].filter(([, one]) => rowsOf(one) !== undefined);
    const others = paths.filter(([path]) => !this.#adapter.layers.has(path));
    const taken = new Set(others.map(([path]) => last(path)));
    const all = written.map(({ name }) => last(ownerOf(name)));
    return new Set(all.filter((name) => !taken.has(name)));
  }
}

/** A parameter is wrapped in the module that has it; of two, the one that transformers defines first is innermost. */
function moduleOf({ name, update }: Written, all: readonly Written[]): string {
  const owner = ownerOf(name);
  if (name.endsWith(WEIGHT) && update.b.ndim === 2) return owner;
  const beside = all.filter((one) => ownerOf(one.name) === owner && one.name !== name);
  const isInner = name.endsWith(".gate_up_proj") && beside.length > 0;
  return isInner ? `${owner}.base_layer` : owner;
}

const isParameter = ({ name, update, isRouter }: Written): boolean =>
  isRouter || !name.endsWith(WEIGHT) || update.b.ndim === 3;

/** As PEFT's files lay factors out. */
function* factorsOf(written: Written, all: readonly Written[]): Generator<[string, Tensor]> {
  const { a, b, m } = written.update;
  const module = `${PREFIX}${moduleOf(written, all)}`;
  if (written.isEmbedding) {
    yield [`${module}.lora_embedding_A`, b.transpose()];
    yield [`${module}.lora_embedding_B`, a.transpose()];
    return;
  }
  const isStack = b.ndim === 3;
  yield [`${module}.lora_A.weight`, isStack ? a.reshape(-1, a.dim(-1)) : a];
  yield [`${module}.lora_B.weight`, isStack ? b.transpose(1, 2, 0).reshape(b.dim(1), -1) : b];
  if (m !== undefined) yield [`${module}.lora_magnitude_vector`, m];
}

const key = (name: string): string => (name.endsWith(WEIGHT) ? ownerOf(name) : name);

/** Ranks and strengths that are not what most layers have, by name. */
function patternsOf(written: readonly Written[], usual: AdapterLayer["shape"]) {
  const own = written.map(({ name, layer: { shape } }) => ({ name: key(name), shape }));
  const alpha = ({ rank, scale }: AdapterLayer["shape"]): number => rank * scale;
  const ranks = own.filter(({ shape }) => shape.rank !== usual.rank);
  const alphas = own.filter(({ shape }) => alpha(shape) !== alpha(usual));
  return {
    rank_pattern: Object.fromEntries(ranks.map(({ name, shape }) => [name, shape.rank])),
    alpha_pattern: Object.fromEntries(alphas.map(({ name, shape }) => [name, alpha(shape)])),
  };
}

const isBias = (name: string): boolean => name.endsWith(".bias");

function configOf(
  writer: PeftWriter,
  adapter: StoredAdapter,
  written: readonly Written[],
  whole: ReadonlyMap<string, Tensor>,
): Record<string, unknown> {
  const shapes = written.map(({ layer }) => layer.shape);
  const most = heaviest(shapes, ({ rank, scale }) => `${rank} ${scale}`);
  const usual = shapes.find(({ rank, scale }) => `${rank} ${scale}` === most) ?? {
    rank: 8,
    scale: 1,
    dropout: 0,
  };
  const parameters = written.filter(isParameter).map(({ name }) => name);
  const short = writer.shortNames(written);
  const modules = written
    .filter((one) => !isParameter(one))
    .map(({ name }) => ownerOf(name))
    .map((name) =>
      short.has(name.split(".").at(-1) ?? "") ? (name.split(".").at(-1) ?? "") : name,
    );
  const saved = [...whole.keys()].filter((name) => !isBias(name)).map(ownerOf);
  return {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    ...(adapter.base !== undefined && { base_model_name_or_path: adapter.base }),
    r: usual.rank,
    lora_alpha: usual.rank * usual.scale,
    lora_dropout: parameters.length > 0 ? 0 : usual.dropout,
    target_modules: [...new Set(modules)],
    ...(parameters.length > 0 && { target_parameters: parameters }),
    ...patternsOf(written, usual),
    modules_to_save: saved.length > 0 ? [...new Set(saved)] : null,
    bias: [...whole.keys()].some(isBias) ? "all" : "none",
    use_dora: written.some(({ layer }) => layer.kind === "dora"),
    use_rslora: false,
    fan_in_fan_out: false,
    init_lora_weights: true,
    inference_mode: true,
    ...(writer.tiedName !== undefined && { ensure_weight_tying: true }),
  };
}

/** What of ours PEFT's configuration has no key for. */
function metadataOf({ baseDigest, baseLikeness, template }: StoredAdapter): Record<string, string> {
  return {
    format: "pt",
    ...(baseDigest !== undefined && { model_digest: baseDigest }),
    ...(baseLikeness !== undefined && { model_likeness: baseLikeness }),
    ...(template && { template: template.name }),
    ...(template?.text !== undefined && { template_text: template.text }),
  };
}

export function writePeft(adapter: StoredAdapter, base: AdapterBase): WrittenAdapter {
  const writer = new PeftWriter(adapter, base);
  const loaded = adapter.load();
  try {
    return scope(() => {
      const written = writer.updates(loaded);
      const whole = writer.whole(loaded);
      const factors = written.flatMap((one) => [...factorsOf(one, written)]);
      const wrapped = new Set(written.map(({ name }) => ownerOf(name)));
      const place = (name: string): string =>
        wrapped.has(ownerOf(name))
          ? `${ownerOf(name)}.base_layer${name.slice(ownerOf(name).length)}`
          : name;
      const others = [...whole].map(([name, one]) => [`${PREFIX}${place(name)}`, one] as const);
      const own = [...factors, ...others].map(
        ([name, one]) => [name, one.contiguous().mul(1)] as const,
      );
      const tensors = new Map(own);
      evaluate([...tensors.values()]);
      retain(tensors);
      const config = configOf(writer, adapter, written, whole);
      const { dropped } = writer;
      return { config, file: PEFT_FILES[0], metadata: metadataOf(adapter), dropped, tensors };
    });
  } finally {
    dispose([...loaded.layers.values()].flatMap((parts) => Object.values(parts)));
    dispose([...loaded.replaced.values()]);
  }
}
