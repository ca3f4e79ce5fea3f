// How far the logits of a merged model are from those of base and adapter, and how far the base's are. One model at a
// time is loaded.
import { loadModel } from "../../generate/load-model.ts";

/** Three forms of one model: a name, a folder. */
export interface Trio {
  base: string;
  adapter: string;
  merged: string;
}

export interface Distance {
  max: number;
  mean: number;
}

/** From base and adapter. */
export interface ComparedLogits {
  merged: Distance;
  base: Distance;
}

/** Plain sentences: of any model the next words of them differ where its weights do. */
const texts = [
  "The train to the coast leaves at half past seven, and she had not packed yet.",
  "SELECT name FROM stations WHERE city = 'Porto' ORDER BY name;",
  "Question: How many legs have three spiders? Answer: twenty-four.",
];
const MOST_TOKENS = 24;

type Ids = readonly (readonly number[])[];

async function logitsOf(
  name: string,
  adapter: string | undefined,
  known: Ids | undefined,
): Promise<{ ids: Ids; rows: Float32Array[] }> {
  const model = await loadModel(name, {
    dtype: "float32",
    ...(adapter !== undefined && { adapter }),
  });
  try {
    const ids = known ?? texts.map((text) => model.tokenizer.encode(text).slice(0, MOST_TOKENS));
    return { ids, rows: ids.map((row) => model.forward(row).data) };
  } finally {
    model.dispose();
  }
}

function distance(ones: readonly Float32Array[], others: readonly Float32Array[]): Distance {
  let [max, sum, count] = [0, 0, 0];
  for (const [at, one] of ones.entries()) {
    const other = others[at] as Float32Array;
    for (let place = 0; place < one.length; place++) {
      const apart = Math.abs((one[place] as number) - (other[place] as number));
      if (apart > max) max = apart;
      sum += apart;
    }
    count += one.length;
  }
  return { max, mean: sum / count };
}

/** @throws what loading the models throws. */
export async function comparedLogits(
  { base, adapter, merged }: Trio,
  signal?: AbortSignal,
): Promise<ComparedLogits> {
  const tuned = await logitsOf(base, adapter, undefined);
  signal?.throwIfAborted();
  const plain = await logitsOf(base, undefined, tuned.ids);
  const whole = await logitsOf(merged, undefined, tuned.ids);
  return { merged: distance(whole.rows, tuned.rows), base: distance(plain.rows, tuned.rows) };
}
