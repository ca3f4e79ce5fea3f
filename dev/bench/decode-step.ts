// How long one token of greedy decoding takes, at some rows and contexts, with weights as they are stored and in float32:
// wall clock, processor time of the process, and of it the building of the graph. Not a comparison: decoding.ts is.
//   node --import tsx dev/bench/decode-step.ts [ROWSxCONTEXT…]
import { performance } from "node:perf_hooks";
import { type LanguageModel, type LayerCache, loadStoredModel } from "../../src/models/index.ts";
import { openModel } from "../../src/models/open-model.ts";
import { carry, dispose, evaluate, int32, memory, type Tensor } from "../../src/mx/index.ts";
import { median } from "./statistics.ts";

const steps = 15;
/** Of each measurement, not counted. */
const unmeasured = 2;
const chunk = 512;

/** Owns the cache between passes. */
class Reader {
  #cache: readonly LayerCache[];
  readonly #model: LanguageModel;

  constructor(model: LanguageModel) {
    this.#model = model;
    this.#cache = model.makeCache({ padding: [0] });
  }

  *tensors(): Generator<Tensor> {
    for (const layer of this.#cache) yield* layer.tensors();
  }

  /** Some ids of one row. */
  read(ids: readonly number[]): void {
    carry(this, () => {
      this.#model.hidden(int32(ids, [1, ids.length]), { cache: this.#cache });
      evaluate([...this.tensors()]);
    });
  }

  /** The row again and again. */
  repeat(rows: number): void {
    if (rows === 1) return;
    carry(this, () => {
      this.#cache = this.#cache.map((layer) => layer.with(Array(rows - 1).fill(layer)));
      evaluate([...this.tensors()]);
    });
  }

  /** The next token of each row, and what the graph took in milliseconds. */
  next(ids: readonly number[]): { ids: number[]; graph: number } {
    return carry(this, () => {
      const started = performance.now();
      const hidden = this.#model.hidden(int32(ids, [ids.length, 1]), { cache: this.#cache });
      const tokens = this.#model.head(hidden).reshape(ids.length, -1).argmax(-1);
      const graph = performance.now() - started;
      evaluate([tokens, ...this.tensors()]);
      return { ids: [...tokens.toFloat32()], graph };
    });
  }
}

function measure(model: LanguageModel, rows: number, context: number): string {
  const reader = new Reader(model);
  const prompt = Array.from({ length: context }, (_, at) => 100 + ((at * 7919) % 40_000));
  for (let at = 0; at < context; at += chunk) reader.read(prompt.slice(at, at + chunk));
  reader.repeat(rows);
  let ids = Array.from({ length: rows }, (_, row) => 1000 + row);
  const [wall, processor, graphs]: number[][] = [[], [], []];
  for (let step = 0; step < steps; step++) {
    const [before, started] = [process.cpuUsage(), performance.now()];
    const given = reader.next(ids);
    const used = process.cpuUsage(before);
    ids = given.ids;
    wall?.push(performance.now() - started);
    processor?.push((used.user + used.system) / 1000);
    graphs?.push(given.graph);
  }
  for (const tensor of reader.tensors()) tensor.dispose();
  const shown = (values: readonly number[] = []): string => {
    const counted = values.slice(unmeasured);
    return `${median(counted).toFixed(1)} (least ${Math.min(...counted).toFixed(1)})`;
  };
  return `${shown(wall)} ms, processor ${shown(processor)}, graph ${shown(graphs)}`;
}

const asked = process.argv.slice(2);
const { stored } = await openModel({ name: "builtin/smollm2", revision: null, cache_dir: null });
for (const keepsStored of [true, false]) {
  const held = memory().activeBytes;
  const { model } = await loadStoredModel(stored, { dtype: "float32", keepsStored });
  const size = ((memory().activeBytes - held) / 1e6).toFixed(0);
  for (const one of asked.length > 0 ? asked : ["1x100", "16x100", "1x2000", "16x2000"]) {
    const [rows = 1, context = 100] = one.split("x").map(Number);
    const name = keepsStored ? "as stored" : "float32";
    console.log(`${name}, ${size} MB, ${one}: ${measure(model, rows, context)}`);
  }
  dispose(model);
}
