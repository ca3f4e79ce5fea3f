// BERT as an encoder of sentences (Devlin et al. 2019): every token sees every other, nothing is predicted. Not one of the
// registry's architectures, which write text: it has no head, no cache and no causal mask.
import { z } from "zod";
import { ModelError } from "../../core/errors.ts";
import {
  attention,
  dispose,
  int32,
  layerNorm,
  linear,
  retain,
  type Tensor,
} from "../../mx/index.ts";
import { gelu } from "../../nn/index.ts";
import { loadTensors, type StoredModel } from "../../weights/index.ts";

const size = z.int().positive();

const BertConfig = z.looseObject({
  model_type: z.literal("bert"),
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  max_position_embeddings: size,
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: z.literal("gelu").default("gelu"),
  position_embedding_type: z.literal("absolute").default("absolute"),
});
type BertConfig = z.infer<typeof BertConfig>;

/** Throws ModelError FT-MODEL-035 for what it does not compute. */
function configOf({ config, folder }: StoredModel): BertConfig {
  const parsed = BertConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new ModelError("FT-MODEL-035", {
    at: { file: folder },
    message: "config.json is not of a supported encoder",
    problems: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
  });
}

export function isEncoder({ config }: Pick<StoredModel, "config">): boolean {
  return (config as { model_type?: unknown } | null)?.model_type === "bert";
}

/** Names that some files put before all. */
const prefix = "bert.";

export class Bert {
  readonly config: BertConfig;
  readonly #tensors: Map<string, Tensor>;

  private constructor(config: BertConfig, tensors: Map<string, Tensor>) {
    this.config = config;
    this.#tensors = tensors;
  }

  /** Throws ModelError FT-MODEL-035; 031 for a tensor that is not there; those of src/weights. */
  static load(stored: StoredModel): Bert {
    const config = configOf(stored);
    const tensors = new Map<string, Tensor>();
    for (const [name, tensor] of loadTensors(stored)) {
      const own = name.startsWith(prefix) ? name.slice(prefix.length) : name;
      tensors.set(own, own.endsWith("position_ids") ? tensor : tensor.astype("float32"));
    }
    retain(tensors);
    const bert = new Bert(config, tensors);
    bert.#requireAll(stored.folder);
    return bert;
  }

  dispose(): void {
    dispose(this.#tensors);
  }

  /** ids of one text → (1, length, hidden). No padding, so no mask. */
  hidden(ids: readonly number[]): Tensor {
    const { num_hidden_layers: layers } = this.config;
    let x = this.#embedded(ids);
    for (let at = 0; at < layers; at++) x = this.#layer(x, `encoder.layer.${at}`);
    return x;
  }

  #tensor(name: string): Tensor {
    return this.#tensors.get(name) as Tensor;
  }

  #linear(x: Tensor, name: string): Tensor {
    return linear(x, this.#tensor(`${name}.weight`), this.#tensor(`${name}.bias`));
  }

  #norm(x: Tensor, name: string): Tensor {
    const [weight, bias] = [this.#tensor(`${name}.weight`), this.#tensor(`${name}.bias`)];
    return layerNorm(x, weight, bias, this.config.layer_norm_eps);
  }

  #embedded(ids: readonly number[]): Tensor {
    const rows = (name: string, of: readonly number[]): Tensor =>
      this.#tensor(`embeddings.${name}.weight`).take(int32(of, [1, of.length]), 0);
    const words = rows("word_embeddings", ids);
    const positions = rows("position_embeddings", [...ids.keys()]);
    const types = rows(
      "token_type_embeddings",
      ids.map(() => 0),
    );
    return this.#norm(words.add(positions).add(types), "embeddings.LayerNorm");
  }

  #layer(x: Tensor, name: string): Tensor {
    const attended = this.#linear(this.#attended(x, name), `${name}.attention.output.dense`);
    const middle = this.#norm(x.add(attended), `${name}.attention.output.LayerNorm`);
    const inner = gelu(this.#linear(middle, `${name}.intermediate.dense`));
    const fed = this.#linear(inner, `${name}.output.dense`);
    return this.#norm(middle.add(fed), `${name}.output.LayerNorm`);
  }

  #attended(x: Tensor, name: string): Tensor {
    const { num_attention_heads: heads, hidden_size: hidden } = this.config;
    const [length, width] = [x.dim(1), hidden / heads];
    const split = (part: string): Tensor =>
      this.#linear(x, `${name}.attention.self.${part}`)
        .reshape(1, length, heads, width)
        .transpose(0, 2, 1, 3);
    const seen = attention(split("query"), split("key"), split("value"), width ** -0.5, "");
    return seen.transpose(0, 2, 1, 3).reshape(1, length, hidden);
  }

  #requireAll(folder: string): void {
    const missing = this.#names().filter((name) => !this.#tensors.has(name));
    if (missing.length === 0) return;
    this.dispose();
    throw new ModelError("FT-MODEL-036", {
      at: { file: folder },
      message: `the encoder lacks ${missing.length} tensors, ${missing[0]} among them`,
    });
  }

  #names(): string[] {
    const both = (name: string): string[] => [`${name}.weight`, `${name}.bias`];
    const parts = [
      ...["query", "key", "value"].map((part) => `attention.self.${part}`),
      ...["attention.output.dense", "attention.output.LayerNorm"],
      ...["intermediate.dense", "output.dense", "output.LayerNorm"],
    ];
    const layers = Array.from({ length: this.config.num_hidden_layers }, (_, at) => at);
    return [
      ...["word", "position", "token_type"].map((kind) => `embeddings.${kind}_embeddings.weight`),
      ...both("embeddings.LayerNorm"),
      ...layers.flatMap((at) => parts.flatMap((part) => both(`encoder.layer.${at}.${part}`))),
    ];
  }
}
