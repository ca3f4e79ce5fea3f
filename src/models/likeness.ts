// Asks a stored model what a few of its layers give for a fixed vector: `weights/likeness.ts` compares that with what
// another's give. Reads those layers' weights only.
import { dispose, evaluate, float32, scope } from "../mx/index.ts";
import { isLinearLike, type LinearLike, type Module } from "../nn/index.ts";
import {
  type Answers,
  fixedSigns,
  sketch,
  type StoredModel,
  writtenLikeness,
} from "../weights/index.ts";
import { planModel, type PlannedModel } from "./load.ts";
import { PlainReader } from "./plain-weights.ts";

const BLOCKS = 4;
/** Of few outputs, as those of a router, any two are alike by chance. */
const ENOUGH_OUTPUTS = 64;

type Layer = readonly [path: string, layer: Module & LinearLike];

/** The smallest linear layer of a block that has enough outputs, else the one with most of them. */
function tellingIn(prefix: string, block: Module): Layer[] {
  const layers = [...block.modules()].flatMap(([path, one]): Layer[] =>
    isLinearLike(one) ? [[`${prefix}${path}`, one]] : [],
  );
  const outputs = ([, { outputSize }]: Layer): number => Math.min(outputSize, ENOUGH_OUTPUTS);
  const size = ([, { inputSize, outputSize }]: Layer): number => inputSize * outputSize;
  return layers
    .toSorted((one, other) => outputs(other) - outputs(one) || size(one) - size(other))
    .slice(0, 1);
}

/** In blocks from the first to the last. */
function layersOf({ model }: PlannedModel): Layer[] {
  const last = model.blocks.length - 1;
  const steps = Array.from({ length: BLOCKS }, (_, at) => Math.round((at * last) / (BLOCKS - 1)));
  return [...new Set(steps)].flatMap((at) => {
    const block = model.blocks[at];
    return block === undefined ? [] : tellingIn(`${model.blockPath}.${at}.`, block);
  });
}

/** What a layer gives for the fixed vector of its size. */
function answerOf(reader: PlainReader, [path, { inputSize }]: Layer): readonly number[] {
  return scope(() => {
    const { plain, parts } = reader.read(path);
    try {
      const given = plain.matmul(float32(fixedSigns(inputSize, "inputs"), [inputSize, 1]));
      evaluate([given]);
      return sketch(given.toFloat32());
    } finally {
      dispose(parts);
    }
  });
}

/**
 * What the model is like, as `weights/likeness.ts` compares it; undefined for one without linear layers in its blocks.
 * @throws ModelError of planning and of reading weights.
 */
export async function likenessOf(stored: StoredModel): Promise<string | undefined> {
  const planned = await planModel(stored);
  const layers = layersOf(planned);
  if (layers.length === 0) return undefined;
  const reader = new PlainReader(planned);
  try {
    const answers: Answers = new Map(layers.map((one) => [one[0], answerOf(reader, one)]));
    return writtenLikeness(answers);
  } finally {
    reader.close();
  }
}
