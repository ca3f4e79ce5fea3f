// `make test-parity`: every architecture beside what transformers computed, from the committed fixtures, a line each.
// Makes nothing and needs no Python. Exit 0: everything is within what is allowed.
//   node --import tsx dev/port/table.ts [--json]
import { readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { architectures, type LoadedModel, loadStoredModel } from "../../src/models/index.ts";
import { dispose, scope, type Tensor } from "../../src/mx/index.ts";
import { relativeDistance, relativeNorm } from "./compare.ts";
import { gradientsOf, greedyTokens, tokenByToken } from "./examine.ts";
import { checkpointIn, type Expected, expectedIn, layerTolerance } from "./fixture.ts";

/** Of gradients, as relative L2 norms. */
const gradientAllowed = 1e-4;
const folder = path.join(import.meta.dirname, "../../tests/fixtures/models");

interface Row {
  architecture: string;
  fixtures: number;
  /** Largest difference over the largest logit, in one pass and token by token. */
  logits: number;
  cached: number;
  /** Largest relative L2 norm of the difference of a parameter's gradient. */
  gradients: number;
  /** Greedy tokens, and how many of them are transformers'. */
  greedy: number;
  equal: number;
}

function greedyOf(
  { model }: LoadedModel,
  { ids, greedy }: Expected,
): Pick<Row, "greedy" | "equal"> {
  const own = scope(() => greedyTokens(model, ids, greedy.dim(1)));
  const wanted = [...greedy.toMemory()];
  return { greedy: wanted.length, equal: wanted.filter((token, at) => token === own[at]).length };
}

function gradientDistance(loaded: LoadedModel, expected: Expected): number {
  if (expected.gradients.size === 0) return 0;
  return scope(() => {
    const { gradients } = gradientsOf(loaded, expected);
    const distances = [...expected.gradients].map(([name, wanted]) =>
      relativeNorm((gradients.get(name) as Tensor).toFloat32(), wanted.toFloat32()),
    );
    return Math.max(...distances);
  });
}

async function rowOf(fixture: string): Promise<Row> {
  const stored = await checkpointIn(path.join(folder, fixture));
  const expected = await expectedIn(path.join(folder, fixture));
  const loaded = await loadStoredModel(stored, { dtype: "float32" });
  const { ids, logits, cached } = expected;
  const far = (own: () => Tensor, wanted: Tensor): number =>
    scope(() => relativeDistance(own().toFloat32(), wanted.toFloat32()));
  const row = {
    architecture: (stored.config as { model_type: string }).model_type,
    fixtures: 1,
    logits: far(() => loaded.model.forward(ids), logits),
    cached: far(() => tokenByToken(loaded, ids), cached),
    gradients: gradientDistance(loaded, expected),
    ...greedyOf(loaded, expected),
  };
  dispose(loaded.model);
  return row;
}

/** The worst of both. */
function together(a: Row, b: Row): Row {
  return {
    architecture: a.architecture,
    fixtures: a.fixtures + b.fixtures,
    logits: Math.max(a.logits, b.logits),
    cached: Math.max(a.cached, b.cached),
    gradients: Math.max(a.gradients, b.gradients),
    greedy: a.greedy + b.greedy,
    equal: a.equal + b.equal,
  };
}

const isGood = ({ logits, cached, gradients, greedy, equal }: Row): boolean =>
  Math.max(logits, cached) <= layerTolerance && gradients <= gradientAllowed && equal === greedy;

function lineOf(row: Row): string {
  const { architecture, fixtures, logits, cached, gradients, greedy, equal } = row;
  const numbers = [logits, cached, gradients].map((value) => value.toExponential(1).padStart(10));
  const columns = [architecture.padEnd(18), String(fixtures).padStart(8), ...numbers];
  return `${columns.join("")}  ${`${equal}/${greedy}`.padStart(9)}${isGood(row) ? "" : "  departs"}`;
}

const head = `${"architecture".padEnd(18)}fixtures    logits    cached gradients     greedy`;

async function main(): Promise<void> {
  const { values: flags } = parseArgs({ options: { json: { type: "boolean" } } });
  const rows = new Map<string, Row>();
  for (const fixture of readdirSync(folder)) {
    const row = await rowOf(fixture);
    const before = rows.get(row.architecture);
    rows.set(row.architecture, before === undefined ? row : together(before, row));
  }
  const missing = architectures.names().filter((name) => !rows.has(name));
  if (flags.json) console.log(JSON.stringify([...rows.values()]));
  else console.log([head, ...[...rows.values()].map(lineOf)].join("\n"));
  for (const name of missing) console.error(`${name}: no fixture`);
  process.exitCode = missing.length === 0 && [...rows.values()].every(isGood) ? 0 : 1;
}

await main();
