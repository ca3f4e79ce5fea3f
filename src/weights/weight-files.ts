// Which files of a folder or repository hold the weights, decided from the names alone.
// Opens nothing: the same choice serves a folder on disk and a listing from the hub.

export const SINGLE_FILE = "model.safetensors";
export const INDEX_FILE = "model.safetensors.index.json";

export type WeightChoice =
  /** One file, or shards without an index: every name counts. */
  | { kind: "files"; files: string[] }
  /** The index names the shards. */
  | { kind: "index" }
  | { kind: "none"; unsupported: string[] };

const SHARD = /^model[^/\\]*\.safetensors$/;
const NUMBERED = /^(.*)-\d{5}-of-(\d{5})\.safetensors$/;
const UNSUPPORTED = /\.(?:bin|pt|pth|ckpt|gguf|h5|msgpack|npz|safetensors)$/i;
const NOT_WEIGHTS = /^(?:training_args|optimizer|scheduler|rng_state.*)\.(?:bin|pt|pth)$/;
const PICKLE = /\.(?:bin|pt|pth|ckpt)$/i;

/** A model in one file of its own, told by its name: it need not be there. */
export function isGguf(place: string): boolean {
  return /\.gguf$/i.test(place);
}

/** Safetensors win over every other form; the whole file over shards, as transformers chooses. */
export function chooseWeights(names: readonly string[]): WeightChoice {
  if (names.includes(SINGLE_FILE)) return { kind: "files", files: [SINGLE_FILE] };
  if (names.includes(INDEX_FILE)) return { kind: "index" };
  const files = names.filter((name) => SHARD.test(name)).sort();
  if (files.length > 0) return { kind: "files", files };
  const unsupported = names.filter((name) => UNSUPPORTED.test(name) && !NOT_WEIGHTS.test(name));
  return { kind: "none", unsupported: unsupported.sort() };
}

/** Numbered shards (`model-00002-of-00003`) whose siblings are not in the list. */
export function missingShards(files: readonly string[]): string[] {
  const missing = new Set<string>();
  for (const file of files) {
    const [, stem, total] = NUMBERED.exec(file) ?? [];
    if (stem === undefined || total === undefined) continue;
    for (let shard = 1; shard <= Number(total); shard++) {
      missing.add(`${stem}-${String(shard).padStart(5, "0")}-of-${total}.safetensors`);
    }
  }
  return [...missing].filter((name) => !files.includes(name));
}

/** What was found instead of safetensors, and what to do about it. */
export function unsupportedWeights(unsupported: readonly string[]): {
  message: string;
  hint: string;
} {
  const pickles = unsupported.filter((name) => PICKLE.test(name));
  if (pickles.length > 0) {
    const found = pickles.slice(0, 3).join(", ") + (pickles.length > 3 ? ", …" : "");
    return {
      message: `weights are there only as PyTorch pickles (${found}); reading those comes later`,
      hint: "choose a model or revision that has model.safetensors, or convert once with Python: AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(OTHER_FOLDER)",
    };
  }
  const gguf = unsupported.find(isGguf);
  const found = unsupported.length === 0 ? "no weight file" : `only ${unsupported.join(", ")}`;
  return {
    message: `no ${SINGLE_FILE} and no ${INDEX_FILE}: ${found}`,
    hint:
      gguf === undefined
        ? "give a Hugging Face model folder or id with safetensors weights"
        : `give the file itself, from this disk: …/${gguf}`,
  };
}
