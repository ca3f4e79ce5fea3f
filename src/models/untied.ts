// A stored model whose head is its embedding, seen as one with a head of its own that has the same numbers. So a head
// and an embedding can be changed apart. Copies nothing on disk.
import { FtError, ModelError } from "../core/errors.ts";
import { isEmbeddingLike, type Module } from "../nn/index.ts";
import { inverted, mapTensors, type StoredModel, type StoredTensor } from "../weights/index.ts";
import { planModel, type PlannedModel } from "./load.ts";
import { architectureOf } from "./registry.ts";

type Config = Readonly<Record<string, unknown>>;

const KEY = "tie_word_embeddings";

/** The config that asks for a head of its own, in the place where it says so, or in both where it says nothing. */
export function untiedConfig(config: unknown): Config {
  const { text_config: inner, ...rest } = config as Config;
  const own = { ...rest, [KEY]: false };
  return inner === undefined
    ? own
    : { ...own, text_config: { ...(inner as object), [KEY]: false } };
}

function refused(folder: string, cause?: unknown): ModelError {
  const because = cause instanceof FtError ? (cause.problems[0] ?? cause.message) : undefined;
  return new ModelError("FT-MODEL-038", {
    at: { file: folder },
    message: `this model ties its output head to its embedding, so they cannot differ${because ? `: ${because}` : ""}`,
    hint: "train the adapter with ensure_weight_tying=True, or without the embedding and the head",
    cause,
  });
}

async function planUntied(stored: StoredModel): Promise<PlannedModel> {
  try {
    return await planModel({ ...stored, config: untiedConfig(stored.config) });
  } catch (error) {
    throw refused(stored.folder, error);
  }
}

const endOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** Path of the table of tokens: the first embedding. */
function tablePath(model: Module): string | undefined {
  return [...model.modules()].find(([, one]) => isEmbeddingLike(one))?.[0];
}

/** By the name of each tensor of the head: the stored one of the embedding that it repeats. */
async function copies(
  stored: StoredModel,
  tied: PlannedModel,
  untied: PlannedModel,
): Promise<Map<string, string>> {
  const table = tablePath(tied.model) ?? "";
  const { missing } = untied.account;
  const owners = new Map(
    tied.account.entries.flatMap(({ parameters, sources }) =>
      parameters.map((name) => [name, sources[0] ?? ""] as const),
    ),
  );
  const config = untiedConfig(stored.config);
  const recipe = inverted((await architectureOf(config)).recipe(config));
  const shapes = new Map(untied.model.parameters());
  const pairs = missing.map((name) => {
    const { entries } = mapTensors(recipe, new Map([[name, shapes.get(name)?.shape ?? []]]));
    return [entries[0]?.parameters[0] ?? name, owners.get(`${table}.${endOf(name)}`)] as const;
  });
  const known = pairs.filter((pair): pair is [string, string] => pair[1] !== undefined);
  if (known.length === 0 || known.length < missing.length) throw refused(stored.folder);
  return new Map(known);
}

/**
 * The same model with a head of its own.
 * @throws ModelError FT-MODEL-038 where the architecture has none, or the model is no tied one.
 */
export async function untied(stored: StoredModel, tied: PlannedModel): Promise<StoredModel> {
  const heads = await copies(stored, tied, await planUntied(stored));
  // packed in another way it would be the tied one again
  const { packed: _tied, ...source } = tied.source;
  const added = [...heads].map(
    ([name, original]) => [name, source.tensors.get(original) as StoredTensor] as const,
  );
  return {
    ...source,
    config: untiedConfig(stored.config),
    tensors: new Map([...source.tensors, ...added]),
    load: () => {
      const [reader, again] = [source.load(), source.load()];
      return {
        read: (name) => {
          const original = heads.get(name);
          return original === undefined ? reader.read(name) : again.read(original);
        },
        close: () => {
          reader.close();
          again.close();
        },
      };
    },
  };
}
