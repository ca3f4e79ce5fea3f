import { describe, expect, test } from "vitest";
import { loadRunConfig } from "../../../src/app/config/load.ts";
import { withOrigins } from "../../../src/app/config/resolve.ts";
import { defaultRunConfig } from "../../../src/app/config/schema.ts";
import { makeFolder } from "../../support/folders.ts";

const nowhere = (): { cwd: string; environment: Record<string, string> } => {
  const folder = makeFolder({ "home/.keep": "" });
  return { cwd: folder, environment: { FT_HOME: `${folder}/home` } };
};

const flagsOf = (values: Record<string, unknown>) => ({
  values,
  originOf: (path: readonly string[]) => `flag:${path.join(".")}`,
});

describe("precedence", () => {
  test("flags win over the profile, and the rest comes from the profile", () => {
    const { config, origins } = loadRunConfig({
      ...nowhere(),
      preset: "start",
      profile: "chat",
      flags: flagsOf({
        data: { template: "chatml" },
        optimization: { epochs: 5, batch_size: 4 },
        lora: { r: 16 },
      }),
    });
    expect(config.optimization).toMatchObject({
      epochs: 5,
      batch_size: 4,
      learning_rate: 2e-4,
      lr_scheduler: "cosine",
      warmup_steps: 100,
    });
    expect(config.lora).toMatchObject({ r: 16, alpha: 16, dropout: 0.1 });
    expect(config.lora.target_modules).toEqual(["q_proj", "v_proj", "k_proj", "o_proj"]);
    expect(origins.get("lora.r")).toBe("flag:lora.r");
    expect(origins.get("lora.alpha")).toBe("profile:chat");
    expect(origins.get("optimization.weight_decay")).toBe("default");
  });

  test("each source wins over all before it", () => {
    const folder = makeFolder({
      "home/config.yaml": "optimization: {epochs: 12, batch_size: 12, warmup_steps: 12, eps: 12}",
      "ft.yaml": "optimization: {epochs: 13, batch_size: 13, warmup_steps: 13}",
      "given.yml": "optimization: {epochs: 14, batch_size: 14}",
    });
    const { config, origins } = loadRunConfig({
      cwd: folder,
      preset: "quick",
      profile: "instruction",
      configFile: `${folder}/given.yml`,
      environment: { FT_HOME: `${folder}/home`, FT_OPTIMIZATION_EPOCHS: "15" },
      flags: flagsOf({ seed: 7 }),
    });
    const origin = (key: string): string | undefined => origins.get(key);
    expect(config.seed).toBe(7);
    expect(origin("seed")).toBe("flag:seed");
    expect(config.optimization.epochs).toBe(15);
    expect(origin("optimization.epochs")).toBe("environment:FT_OPTIMIZATION_EPOCHS");
    expect(config.optimization.batch_size).toBe(14);
    expect(origin("optimization.batch_size")).toBe(`config:${folder}/given.yml`);
    expect(config.optimization.warmup_steps).toBe(13);
    expect(origin("optimization.warmup_steps")).toBe(`project:${folder}/ft.yaml`);
    expect(config.optimization.eps).toBe(12);
    expect(origin("optimization.eps")).toBe(`user:${folder}/home/config.yaml`);
    expect(config.lora.r).toBe(16);
    expect(origin("lora.r")).toBe("profile:instruction");
    expect(config.output_dir).toBe("./quick_output");
    expect(origin("output_dir")).toBe("preset:quick");
    expect(origin("optimization.beta1")).toBe("default");
  });

  test("arguments win over the configuration file", () => {
    const folder = makeFolder({ "c.yml": "model: {name: from-file}\ndata: {train_file: a.jsonl}" });
    const { config } = loadRunConfig({
      ...nowhere(),
      configFile: `${folder}/c.yml`,
      arguments: { model: { name: "given" } },
    });
    expect(config.model.name).toBe("given");
    expect(config.data.train_file).toBe("a.jsonl");
  });

  test("what is said later takes the place of what it excludes", () => {
    const file = "optimization: {iters: 9}\nlora: {scale: 3}\ndata: {validation_file: v.jsonl}";
    const configFile = `${makeFolder({ "c.yml": file })}/c.yml`;
    const kept = loadRunConfig({ ...nowhere(), configFile, flags: flagsOf({ seed: 1 }) });
    expect(kept.config).toMatchObject({ optimization: { iters: 9 }, lora: { scale: 3 } });
    const { config, origins } = loadRunConfig({
      ...nowhere(),
      configFile,
      flags: flagsOf({ optimization: { epochs: 2 }, lora: { alpha: 4 } }),
    });
    expect(config.optimization).toMatchObject({ epochs: 2, iters: null });
    expect(config.lora).toMatchObject({ alpha: 4, scale: null });
    expect(config.data.validation_file).toBe("v.jsonl");
    expect(origins.get("optimization.iters")).toBe("flag:optimization.epochs");
  });

  test("both said at once: steps win over epochs, the scale over alpha, and that is told", () => {
    const values = { optimization: { epochs: 2, iters: 9 }, lora: { alpha: 4, scale: 3 } };
    const { config, unused } = loadRunConfig({ ...nowhere(), flags: flagsOf(values) });
    expect(config).toMatchObject(values);
    expect(unused).toEqual([
      "optimization.epochs is not used, because optimization.iters is given too",
      "lora.alpha is not used, because lora.scale is given too",
    ]);
  });

  test("steps alone, in a file or typed, leave nothing unused", () => {
    const configFile = `${makeFolder({ "c.yml": "optimization: {epochs: 9}" })}/c.yml`;
    const flags = flagsOf({ optimization: { iters: 9 } });
    expect(loadRunConfig({ ...nowhere(), configFile, flags }).unused).toEqual([]);
  });

  test("FT_PROFILE chooses a profile, --profile wins", () => {
    const sources = nowhere();
    const environment = { ...sources.environment, FT_PROFILE: "code" };
    expect(loadRunConfig({ ...sources, environment }).config.lora.r).toBe(32);
    expect(loadRunConfig({ ...sources, environment, profile: "chat" }).config.lora.r).toBe(8);
  });

  test("without any source it is the schema's defaults, which are those of the YAML format", () => {
    const resolved = loadRunConfig(nowhere());
    expect(resolved.config).toEqual(defaultRunConfig());
    expect(new Set(resolved.origins.values())).toEqual(new Set(["default"]));
    expect(resolved.config).toMatchObject({
      model: { load_in_4bit: false, torch_dtype: "auto", trust_remote_code: false },
      data: { template: "auto", max_length: 2048, validation_split: 0.1, validate_files: true },
      lora: { r: 8, alpha: 16, dropout: 0.1, target_modules: ["q_proj", "v_proj"] },
      optimization: {
        learning_rate: 3e-4,
        batch_size: 1,
        epochs: 3,
        warmup_steps: 100,
        weight_decay: 0.01,
        gradient_accumulation_steps: 1,
        lr_scheduler: "linear",
        save_steps: 500,
        eval_steps: 500,
      },
      output_dir: "./output",
      seed: 42,
    });
  });

  test.each([
    ["start", { lr: 2e-4, batch: 2, epochs: 3, output: "./output", data: "" }],
    [
      "quick",
      { lr: 3e-4, batch: 1, epochs: 1, output: "./quick_output", data: "builtin/text-to-sql" },
    ],
  ] as const)("the preset %s", (preset, expected) => {
    const { config } = loadRunConfig({ ...nowhere(), preset });
    expect(config.optimization.learning_rate).toBe(expected.lr);
    expect(config.optimization.batch_size).toBe(expected.batch);
    expect(config.optimization.epochs).toBe(expected.epochs);
    expect(config.output_dir).toBe(expected.output);
    expect(config.data.train_file).toBe(expected.data);
    expect(config.lora).toMatchObject({ r: 8, alpha: 16 });
  });

  test("withOrigins has every value once, with its origin", () => {
    const resolved = loadRunConfig({ ...nowhere(), preset: "quick" });
    expect(withOrigins(resolved)).toMatchObject({
      seed: { value: 42, origin: "default" },
      optimization: { epochs: { value: 1, origin: "preset:quick" } },
    });
  });
});

describe("the environment", () => {
  test("gives numbers, words, truth values, lists and null", () => {
    const { config } = loadRunConfig({
      ...nowhere(),
      environment: {
        FT_HOME: makeFolder(),
        FT_OPTIMIZATION_LEARNING_RATE: "1e-5",
        FT_OPTIMIZATION_BIAS_CORRECTION: "false",
        FT_OPTIMIZATION_MAX_GRAD_NORM: "null",
        FT_OPTIMIZATION_LR_SCHEDULER: "cosine",
        FT_LORA_TARGET_MODULES: "q_proj, o_proj",
        FT_OUTPUT_DIR: "elsewhere",
        FT_LOG: "debug",
      },
    });
    expect(config.optimization).toMatchObject({
      learning_rate: 1e-5,
      bias_correction: false,
      max_grad_norm: null,
      lr_scheduler: "cosine",
    });
    expect(config.lora.target_modules).toEqual(["q_proj", "o_proj"]);
    expect(config.output_dir).toBe("elsewhere");
  });

  test("a variable of a group that names no option is an error with the nearest", () => {
    const environment = { FT_HOME: makeFolder(), FT_OPTIMIZATION_EPOCH: "3" };
    expect(() => loadRunConfig({ ...nowhere(), environment })).toThrow(
      "FT_OPTIMIZATION_EPOCH: no such option; did you mean FT_OPTIMIZATION_EPOCHS?",
    );
  });
});
