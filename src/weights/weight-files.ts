// Which files of a folder or repository hold the weights, decided from the names alone.
// Opens nothing: the same choice serves a folder on disk and a listing from the hub.

const SINGLE_FILE = "model.safetensors";
const INDEX_FILE = "model.safetensors.index.json";
const PICKLED_FILE = "pytorch_model.bin";
const PICKLED_INDEX = "pytorch_model.bin.index.json";

export type WeightChoice =
  /** One file, or shards without an index: every name counts. */
  | { kind: "files"; files: string[] }
  /** The index names the shards. */
  | { kind: "index"; index: string }
  | { kind: "none"; unsupported: string[] };

const SHARD = /^model[^/\\]*\.safetensors$/;
const PICKLED_SHARD = /^(?:pytorch_)?model[^/\\]*\.(?:bin|pt|pth)$/;
const NUMBERED = /^(.*)-\d{5}-of-(\d{5})\.(safetensors|bin|pt|pth)$/;
const UNSUPPORTED = /\.(?:bin|pt|pth|ckpt|gguf|h5|msgpack|npz|safetensors)$/i;
const NOT_WEIGHTS = /^(?:training_args|optimizer|scheduler|rng_state.*)\.(?:bin|pt|pth)$/;
const PICKLE = /\.(?:bin|pt|pth|ckpt)$/i;

/** A file that torch.save wrote, told by its name. */
export const isPickle = (place: string): boolean => PICKLE.test(place);

/** A model in one file of its own, told by its name: it need not be there. */
export function isGguf(place: string): boolean {
  return /\.gguf$/i.test(place);
}

/** Safetensors win over every other form; the whole file over shards, as transformers chooses. */
export function chooseWeights(names: readonly string[]): WeightChoice {
  if (names.includes(SINGLE_FILE)) return { kind: "files", files: [SINGLE_FILE] };
  if (names.includes(INDEX_FILE)) return { kind: "index", index: INDEX_FILE };
  const files = names.filter((name) => SHARD.test(name)).sort();
  if (files.length > 0) return { kind: "files", files };
  return pickled(names);
}

/** The same among what torch.save wrote, which transformers takes where there is no safetensors. */
function pickled(names: readonly string[]): WeightChoice {
  if (names.includes(PICKLED_FILE)) return { kind: "files", files: [PICKLED_FILE] };
  if (names.includes(PICKLED_INDEX)) return { kind: "index", index: PICKLED_INDEX };
  const files = names.filter((name) => PICKLED_SHARD.test(name)).sort();
  if (files.length > 0) return { kind: "files", files };
  const unsupported = names.filter((name) => UNSUPPORTED.test(name) && !NOT_WEIGHTS.test(name));
  return { kind: "none", unsupported: unsupported.sort() };
}

/** Names may promise shards without end: more of them than this are not told. */
const MOST_MISSING = 10_000;

/** Numbered shards (`model-00002-of-00003`) whose siblings are not in the list. */
export function missingShards(files: readonly string[]): string[] {
  const present = new Set(files);
  const missing: string[] = [];
  const series = new Set<string>();
  for (const file of files) {
    const [, stem, total, extension] = NUMBERED.exec(file) ?? [];
    const nameOf = (shard: number): string =>
      `${stem}-${String(shard).padStart(5, "0")}-of-${total}.${extension}`;
    if (series.has(nameOf(0))) continue;
    series.add(nameOf(0));
    for (let shard = 1; shard <= Number(total) && missing.length < MOST_MISSING; shard++)
      if (!present.has(nameOf(shard))) missing.push(nameOf(shard));
  }
  return missing;
}

/** What was found instead of weights that are read, and what to do about it. */
export function unsupportedWeights(unsupported: readonly string[]): {
  message: string;
  hint: string;
} {
  const gguf = unsupported.find(isGguf);
  const found = unsupported.length === 0 ? "no weight file" : `only ${unsupported.join(", ")}`;
  return {
    message: `neither ${SINGLE_FILE} nor ${PICKLED_FILE}, nor an index of either: ${found}`,
    hint:
      gguf === undefined
        ? `give a Hugging Face model folder or id with ${SINGLE_FILE} or ${PICKLED_FILE}`
        : `give the file itself, from this disk: …/${gguf}`,
  };
}
