// What constraints cost over a real vocabulary: compiling, the tokens that may follow a place not seen before, and one
// that was. Texts are chosen by chance from what is allowed; no model runs, and no addon is needed.
//   node --import tsx dev/bench/constraints.ts [MODEL]
import { Random } from "../../src/core/random.ts";
import {
  type Constraint,
  jsonSchemaConstraint,
  type TokenVocabulary,
  vocabularyOf,
} from "../../src/generate/constraints/index.ts";
import { openModel } from "../../src/models/open-model.ts";
import { allowedTokens, randomText } from "../../tests/support/constraints.ts";
import { schemas } from "../../tests/unit/generate/constraints/schemas.ts";

const [name = "builtin/smollm2"] = process.argv.slice(2);

/** Processor time: other programs on the machine do not count. */
function milliseconds(work: () => void): number {
  const { user, system } = process.cpuUsage();
  work();
  const after = process.cpuUsage();
  return (after.user - user + after.system - system) / 1000;
}

/** The same tokens again: every place was seen. */
function replayed(constraint: Constraint, tokens: readonly number[]): number[] {
  const state = constraint.begin();
  return tokens.map((token) => {
    const start = performance.now();
    state.allowed();
    const passed = performance.now() - start;
    state.accept(token);
    return passed;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(part * (values.length - 1))] ?? 0;
}

interface Times {
  compile: number[];
  first: number[];
  again: number[];
}

function measure(schema: unknown, vocabulary: TokenVocabulary, times: Times): void {
  let constraint: Constraint | undefined;
  times.compile.push(milliseconds(() => (constraint = jsonSchemaConstraint(schema, vocabulary))));
  if (constraint === undefined) return;
  const { tokens } = randomText(constraint, vocabulary, Random.fromSeed(1), { most: 300 });
  const fresh = jsonSchemaConstraint(
    JSON.parse(JSON.stringify({ ...(schema as object), $comment: "2" })),
    vocabulary,
  );
  times.first.push(...replayed(fresh, tokens));
  times.again.push(...replayed(fresh, tokens));
}

const { tokenizer, stored } = await openModel({ name, revision: null, cache_dir: null });
const size = Number(
  (stored.config as { vocab_size?: number }).vocab_size ?? tokenizer.vocabularySize,
);
let vocabulary: TokenVocabulary | undefined;
const reading = milliseconds(() => {
  vocabulary = vocabularyOf(tokenizer, size, tokenizer.stopTokenIds);
});
if (vocabulary !== undefined) {
  const tokens = vocabulary;
  const tree = milliseconds(() => jsonSchemaConstraint({ type: "null" }, tokens));
  console.log(
    `${name}: ${size} tokens, read in ${reading.toFixed(0)} ms, as a tree ${tree.toFixed(0)} ms`,
  );
  const times: Times = { compile: [], first: [], again: [] };
  for (const [, schema] of schemas) if (typeof schema === "object") measure(schema, tokens, times);
  const line = (what: string, values: number[], unit: number, of: string): void => {
    const [middle, high, most] = [0.5, 0.95, 1].map((part) =>
      (quantile(values, part) * unit).toFixed(2),
    );
    console.log(
      `${what}: mean ${(mean(values) * unit).toFixed(2)} ${of}, median ${middle}, p95 ${high}, most ${most} (${values.length})`,
    );
  };
  line("compiling", times.compile, 1, "ms");
  line("a place for the first time", times.first, 1, "ms");
  line("a place again", times.again, 1000, "µs");
  console.log(
    `allowed at first: ${allowedTokens(jsonSchemaConstraint({}, tokens).begin()).length}`,
  );
}
