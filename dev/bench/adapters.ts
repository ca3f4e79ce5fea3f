// Tokens a second of four adapters with four rows each over one model: all in one pass, and each adapter in passes of its
// own; beside sixteen rows of the model as it is. Alternating rounds; processor time beside the clock's.
//   node --import tsx dev/bench/adapters.ts [rounds]
import { availableParallelism, loadavg } from "node:os";
import { attachLora, canMix } from "../../src/adapters/index.ts";
import { Engine, plainSampling } from "../../src/generate/index.ts";
import { loadModel, type Model } from "../../src/generate/load-model.ts";
import { MixedPass } from "../../src/generate/mixed-pass.ts";
import { type LanguageModel, modelAgain } from "../../src/models/index.ts";
import { carry, normal, randomKey } from "../../src/mx/index.ts";
import type { Speed } from "./llama-cpp.ts";
import { median } from "./statistics.ts";

const name = "builtin/smollm2";
const names = ["one", "two", "three", "four"];
const rowsEach = 4;
const tokens = 24;
const rounds = Number(process.argv[2] ?? 3);

async function adapted({ loaded }: Model, seed: number): Promise<LanguageModel> {
  const model = await modelAgain(loaded);
  const shape = { rank: 16, scale: 2, dropout: 0 };
  attachLora(model, { ...shape, blockCount: -1, targets: ["all-linear"] }, seed);
  carry(model, () => {
    for (const [at, slot] of model.trainableSlots().entries())
      slot.set(normal(0, 0.01, slot.get().shape, randomKey(seed * 1000 + at)));
  });
  if (!canMix(loaded.model, model)) throw new Error("these adapters do not share a pass");
  return model;
}

/** Of all rows together, once each has its first token. */
async function speedOf(
  engine: Engine,
  adapters: readonly string[],
  prompt: readonly number[],
): Promise<Speed> {
  const begun = new Set<number>();
  let [count, started, used] = [0, 0, process.cpuUsage()];
  const take = (row: number): void => {
    if (begun.size === adapters.length) count += 1;
    begun.add(row);
    if (begun.size === adapters.length && started === 0)
      [started, used] = [performance.now(), process.cpuUsage()];
  };
  const all = adapters.map((adapter, at) => {
    const request = {
      prompt: [...prompt, 2000 + at * 7],
      maxTokens: tokens,
      stopTokenIds: [],
      seed: 0,
    };
    return engine.submit({ ...request, sampling: plainSampling, adapter }, () => take(at)).ended;
  });
  await Promise.all(all);
  const { user, system } = process.cpuUsage(used);
  return {
    clock: (count / (performance.now() - started)) * 1000,
    processor: count / ((user + system) / 1e6),
  };
}

const model = await loadModel(name);
const adapters = new Map<string, LanguageModel>();
for (const [at, adapter] of names.entries()) adapters.set(adapter, await adapted(model, at + 1));
const engines = {
  "in one pass": new Engine(model.loaded.model, model.tokenizer),
  "each in its own": new Engine(model.loaded.model, model.tokenizer),
};
for (const engine of Object.values(engines))
  for (const [adapter, its] of adapters) engine.addModel(adapter, its);
engines["in one pass"].sharePass(await MixedPass.over(model.loaded, adapters));

const prompt = model.tokenizer.encode("Once upon a time, there was a little");
const mixed = Array.from({ length: names.length * rowsEach }, (_, at) => names[at % names.length]!);
const plain = mixed.map(() => "");
const ways: [string, Engine, string[]][] = [
  ["four adapters, in one pass", engines["in one pass"], mixed],
  ["four adapters, each in its own", engines["each in its own"], mixed],
  ["the model as it is", engines["in one pass"], plain],
];
console.log(`${availableParallelism()} threads, load average ${loadavg()[0]?.toFixed(1)}`);
const speeds = new Map<string, Speed[]>(ways.map(([way]) => [way, []]));
for (let round = 0; round < rounds; round++)
  for (const [way, engine, rows] of ways)
    speeds.get(way)?.push(await speedOf(engine, rows, prompt));
for (const [way, all] of speeds) {
  const of = (key: keyof Speed): string => median(all.map((one) => one[key])).toFixed(1);
  console.log(
    `${way.padEnd(32)}${of("clock")} tokens/s, ${of("processor")} for a second of one core`,
  );
}
console.log(`load average at the end ${loadavg()[0]?.toFixed(1)}`);
process.exit(0);
