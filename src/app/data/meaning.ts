// Whether texts that are alike in letters also mean the same: a local encoder's vectors beside each other. Loaded only
// where it is asked for.
import { ModelError } from "../../core/errors.ts";
import type { TextPair } from "../../synth/clean/duplicates/find-duplicates.ts";

export interface MeaningRequest {
  /** A model that makes vectors of sentences: builtin/minilm, a folder, a name of the hub. */
  encoder?: string | undefined;
  /** Least cosine of a pair that is one. */
  meaning: number;
}

export interface MeaningCheck extends AsyncDisposable {
  meansTheSame(pairs: readonly TextPair[]): Promise<boolean[]>;
}

const cosine = (a: Float32Array, b: Float32Array): number => {
  let [product, first, second] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    product += a[at]! * b[at]!;
    first += a[at]! ** 2;
    second += b[at]! ** 2;
  }
  return product / Math.sqrt(Math.max(1e-30, first * second));
};

/** Undefined where no encoder is named. Throws ModelError, also FT-MODEL-035 for a model that makes no vectors. */
export async function meaningCheck({
  encoder: name,
  meaning,
}: MeaningRequest): Promise<MeaningCheck | undefined> {
  if (name === undefined) return undefined;
  const { isEncoder, SentenceEncoder } = await import("../../models/encoders/index.ts");
  const { openStoredModel, resolveModel } = await import("../../weights/index.ts");
  const stored = await openStoredModel((await resolveModel(name)).folder);
  if (!isEncoder({ config: stored.config })) throw noEncoder(name);
  const encoder = await SentenceEncoder.load(stored);
  const vectors = new Map<string, Float32Array>();
  const vectorOf = (text: string): Float32Array => {
    const known = vectors.get(text) ?? encoder.embed(text).vector;
    if (vectors.size > 10_000) vectors.clear();
    vectors.set(text, known);
    return known;
  };
  return {
    meansTheSame: async (pairs) =>
      pairs.map(({ first, second }) => cosine(vectorOf(first), vectorOf(second)) >= meaning),
    [Symbol.asyncDispose]: async () => encoder.dispose(),
  };
}

function noEncoder(name: string): ModelError {
  return new ModelError("FT-CLEAN-001", {
    message: `${name} is not a sentence encoder`,
    hint: "--encoder builtin/minilm, after make real has fetched it",
  });
}
