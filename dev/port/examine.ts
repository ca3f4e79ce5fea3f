// What ours computes for a fixture, held against what transformers computed: one report.
// Prints nothing. Parameters and their gradients are compared under the checkpoint's names, as a saved model has them.
import { ModelError } from "../../src/core/errors.ts";
import {
  type LanguageModel,
  type LoadedModel,
  loadStoredModel,
  storedTensors,
} from "../../src/models/index.ts";
import {
  concatenate,
  crossEntropy,
  dispose,
  evaluate,
  scope,
  type Tensor,
} from "../../src/mx/index.ts";
import { lossAndGradients, withParameters } from "../../src/nn/index.ts";
import type { StoredModel } from "../../src/weights/index.ts";
import { compareTraces, compareValues, departs, type Difference, type Trace } from "./compare.ts";
import {
  checkpointIn,
  type Expected,
  expectedIn,
  gradientTolerance,
  layerTolerance,
  promptLength,
  traceIn,
} from "./fixture.ts";
import type { Report } from "./report.ts";
import { traceOf, valuesOf } from "./trace.ts";

/** The most likely tokens after the first ids of each row, one after the other through a cache; row after row. */
export function greedyTokens(model: LanguageModel, ids: Tensor, count: number): number[] {
  const cache = model.makeCache();
  const following: Tensor[] = [];
  let read = ids.narrow(1, 0, promptLength);
  for (let at = 0; at < count; at++) {
    const logits = model.forward(read, { cache });
    read = logits.narrow(1, logits.dim(1) - 1, logits.dim(1)).argmax(-1);
    following.push(read);
  }
  return [...(concatenate(following, 1).astype("int32").toMemory() as Int32Array)];
}

/** Logits of one token after the other, through a cache. */
export function tokenByToken({ model }: LoadedModel, ids: Tensor): Tensor {
  const cache = model.makeCache();
  const steps = Array.from({ length: ids.dim(1) }, (_, at) =>
    model.forward(ids.narrow(1, at, at + 1), { cache }),
  );
  return concatenate(steps, 1);
}

/** The weighted loss, and its gradients by the checkpoint's names and in its layout. */
export function gradientsOf(
  { model, entries }: LoadedModel,
  { ids, targets, weights }: Expected,
): { loss: Tensor; gradients: Map<string, Tensor> } {
  const slots = [...model.slots()];
  const { values, gradients } = lossAndGradients(slots, () => [
    crossEntropy(model.forward(ids), targets).mul(weights).sum().div(weights.sum()),
  ]);
  evaluate([...values, ...gradients]);
  const byName = withParameters(slots, gradients, () => storedTensors(model, entries));
  return { loss: values[0] as Tensor, gradients: byName };
}

function gradientDifferences(loaded: LoadedModel, expected: Expected): Difference[] {
  if (expected.gradients.size === 0) return [];
  const { loss, gradients } = gradientsOf(loaded, expected);
  const compared = (layer: string, own: Tensor, wanted: Tensor): Difference =>
    compareValues(layer, valuesOf(own), valuesOf(wanted), gradientTolerance);
  const missing = {
    relative: Number.POSITIVE_INFINITY,
    tolerance: gradientTolerance,
    note: "missing",
  };
  return [
    compared("loss", loss, expected.loss),
    ...[...expected.gradients].map(([layer, wanted]) => {
      const own = gradients.get(layer);
      return own === undefined ? { layer, ...missing } : compared(layer, own, wanted);
    }),
  ];
}

function expectedLayers({ layers, logits }: Expected): Trace {
  return new Map(
    [...layers, ["logits", logits] as const].map(([name, at]) => [name, valuesOf(at)]),
  );
}

const isPart = (layer: string): boolean => layer.includes("/");

/** Names of parts, each once: without their block's number, and which time it is that they run. */
function kinds(names: Iterable<string>): Set<string> {
  return new Set([...names].filter(isPart).map((name) => name.replace(/^[^/]*\/|@\d+$/g, "")));
}

/** Compares a loaded model with a fixture, inside the blocks too where a trace is given. */
export function examine(loaded: LoadedModel, expected: Expected, trace: Trace): Report["findings"] {
  const { model } = loaded;
  const { ids } = expected;
  const asRun = traceOf(model, ids);
  const alone = trace.size === 0 ? new Map() : traceOf(model, ids, trace);
  const cached = scope(() => valuesOf(tokenByToken(loaded, ids)));
  const [here, there] = [kinds(alone.keys()), kinds(trace.keys())];
  const apart = compareTraces(alone, trace, layerTolerance);
  return {
    layers: [
      ...compareTraces(asRun, expectedLayers(expected), layerTolerance),
      compareValues("cached logits", cached, valuesOf(expected.cached), layerTolerance),
    ],
    alone: apart.filter(({ layer }) => /^blocks\.\d+$/.test(layer)),
    parts: apart.filter(({ layer }) => isPart(layer)),
    gradients: scope(() => gradientDifferences(loaded, expected)),
    onlyHere: [...here].filter((name) => !there.has(name)),
    onlyThere: [...there].filter((name) => !here.has(name)),
  };
}

/**
 * Switches that change nothing here: what they take away is not computed. A configuration that is refused, or that no
 * longer fits the weights, is noticed too.
 */
export async function unnoticed(
  stored: StoredModel,
  { ids, logits, switches }: Expected,
): Promise<string[]> {
  const silent: string[] = [];
  for (const [key, value] of Object.entries(switches)) {
    const config = { ...(stored.config as object), [key]: value };
    try {
      const { model } = await loadStoredModel({ ...stored, config }, { dtype: "float32" });
      const own = scope(() => valuesOf(model.forward(ids)));
      dispose(model);
      if (!departs(compareValues(key, own, valuesOf(logits), layerTolerance))) silent.push(key);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
    }
  }
  return silent;
}

/** Loads the fixture in `folder` and compares. Throws what loading throws. */
export async function examineFolder(fixture: string, folder: string): Promise<Report> {
  const stored = await checkpointIn(folder);
  const expected = await expectedIn(folder);
  const loaded = await loadStoredModel(stored, { dtype: "float32" });
  try {
    const findings = examine(loaded, expected, await traceIn(folder));
    const parameters = [...loaded.model.slots()].reduce((sum, slot) => sum + slot.get().size, 0);
    const silent = await unnoticed(stored, expected);
    const { blockPath } = loaded.model;
    return { fixture, blockPath, parameters, findings, unnoticed: silent };
  } finally {
    dispose(loaded.model);
  }
}
