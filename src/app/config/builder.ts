// A run's configuration put together in code, step by step, as a file or flags would put it together.
// Knows no option by itself: groups and defaults are the schema's.
import { type ConfigLayer, layer, type RawValues } from "./layers.ts";
import { profiles } from "./profiles.ts";
import { resolveConfig } from "./resolve.ts";
import type { PartialRunConfig, RunConfig } from "./schema.ts";

type Group<Key extends keyof PartialRunConfig> = NonNullable<PartialRunConfig[Key]>;

/**
 * Each method gives a new builder and leaves this one as it is; what is said later wins. `build` checks all of it.
 *
 *     const config = new ConfigBuilder().withModel("builtin/tiny").withData("rows.jsonl").withMethod("dora").build();
 */
export class ConfigBuilder {
  readonly #layers: readonly ConfigLayer[];

  constructor(layers: readonly ConfigLayer[] = []) {
    this.#layers = layers;
  }

  /** Any values, nested as in a configuration file. */
  with(values: PartialRunConfig): ConfigBuilder {
    const said = layer("argument", "", values as RawValues);
    return new ConfigBuilder([...this.#layers, said]);
  }

  /** Starting values for a kind of data: "chat", "instruction", "code". Throws ConfigError for another name. */
  withProfile(name: string): ConfigBuilder {
    const values = profiles.get(name) as RawValues;
    return new ConfigBuilder([...this.#layers, layer("profile", name, values)]);
  }

  /** A Hub id, a folder or a builtin model, and how it is loaded. */
  withModel(name: string, options: Omit<Group<"model">, "name"> = {}): ConfigBuilder {
    return this.with({ model: { ...options, name } });
  }

  /** A dataset, file or folder, and how its rows are read. */
  withData(trainFile: string, options: Omit<Group<"data">, "train_file"> = {}): ConfigBuilder {
    return this.with({ data: { ...options, train_file: trainFile } });
  }

  /** A word of `ft train start --method`. */
  withMethod(method: string): ConfigBuilder {
    return this.with({ method });
  }

  withLora(options: Group<"lora">): ConfigBuilder {
    return this.with({ lora: options });
  }

  withOptimization(options: Group<"optimization">): ConfigBuilder {
    return this.with({ optimization: options });
  }

  withOutput(folder: string): ConfigBuilder {
    return this.with({ output_dir: folder });
  }

  withSeed(seed: number): ConfigBuilder {
    return this.with({ seed });
  }

  /** The whole configuration, frozen. Throws ConfigError with every problem. */
  build(): RunConfig {
    return resolveConfig(this.#layers).config;
  }
}
