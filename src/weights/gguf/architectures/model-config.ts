// A model's configuration as an architecture asks it when a file is written: the part of config.json that describes the
// text model, with what it leaves unsaid filled in. Its values were checked by the architecture's schema.

/** Settings of rotary positions, of one kind of layers. */
export interface RopeSettings {
  /** "default" where nothing is stretched. */
  type: string;
  base: number;
  /** Of each head, this share turns. */
  share: number;
  /** The numbers of the stretching, under config.json's names. */
  settings: Readonly<Record<string, unknown>>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const firstNumber = (...values: readonly unknown[]): number | undefined =>
  values.find((value) => typeof value === "number");

export class ModelConfig {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** With other values for some keys. */
  with(values: Readonly<Record<string, unknown>>): ModelConfig {
    return new ModelConfig({ ...this.#values, ...values });
  }

  /** Throws RangeError when there is no such number. */
  number(key: string): number {
    const value = this.optional(key);
    if (value !== undefined) return value;
    throw new RangeError(`config.json has no ${key}`);
  }

  /** Undefined where it is absent, null or no number. */
  optional(key: string): number | undefined {
    return firstNumber(this.#values[key]);
  }

  is(key: string): boolean {
    return this.#values[key] === true;
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.#values[key];
    return Array.isArray(value) ? (value as unknown[]) : undefined;
  }

  record(key: string): Readonly<Record<string, unknown>> {
    const value = this.#values[key];
    return isRecord(value) ? value : {};
  }

  get layers(): number {
    return this.number("num_hidden_layers");
  }

  get heads(): number {
    return this.number("num_attention_heads");
  }

  get keyHeads(): number {
    return this.optional("num_key_value_heads") ?? this.heads;
  }

  get headSize(): number {
    return this.optional("head_dim") ?? this.number("hidden_size") / this.heads;
  }

  /** Both styles of config.json; `layerType` is asked where it has settings for each. */
  rope(layerType = "full_attention"): RopeSettings {
    const [newer, older] = [this.record("rope_parameters"), this.record("rope_scaling")];
    const all = Object.keys(newer).length > 0 ? newer : older;
    const own = all[layerType];
    const settings = isRecord(own) ? own : all;
    const type = settings["rope_type"] ?? settings["type"] ?? "default";
    return {
      type: typeof type === "string" ? type : "default",
      base: firstNumber(settings["rope_theta"], this.#values["rope_theta"]) ?? 10_000,
      share:
        firstNumber(settings["partial_rotary_factor"], this.#values["partial_rotary_factor"]) ?? 1,
      settings,
    };
  }
}
