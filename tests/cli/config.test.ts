import { describe, expect, test } from "vitest";
import { defaultRunConfig } from "../../src/app/config/schema.ts";
import { makeFolder } from "../support/folders.ts";
import { ft } from "./run-ft.ts";

describe("ft config", () => {
  test("show --json equals the schema's defaults", () => {
    const { code, out, err } = ft(["config", "show", "--json"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toEqual(defaultRunConfig());
  });

  test("what show prints is a configuration that show reads", () => {
    const first = ft(["config", "show", "--profile", "code", "--seed", "7"]);
    const folder = makeFolder({ "c.yml": first.out });
    const again = ft(["config", "show", "--config", `${folder}/c.yml`]);
    expect(again.out).toBe(first.out);
    expect(again.out).toContain("  r: 32\n");
  });

  test("profiles --json", () => {
    const { out } = ft(["config", "profiles", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      chat: { data: { template: "chatml" }, optimization: { lr_scheduler: "cosine" } },
      instruction: { lora: { r: 16 } },
      code: { optimization: { epochs: 5, weight_decay: 0.01 } },
    });
  });

  test("schema is JSON Schema; --environment lists the variables", () => {
    const schema = JSON.parse(ft(["config", "schema"]).out) as { properties: object };
    expect(schema.properties).toHaveProperty("lora.properties.r.default", 8);
    const { out } = ft(["config", "schema", "--environment"]);
    expect(out).toMatch(/^FT_OPTIMIZATION_EPOCHS +optimization\.epochs +3 /m);
  });
});

describe("ft train start --dry-run", () => {
  const full =
    "train start TinyLlama/TinyLlama-1.1B-Chat-v1.0 data/wikisql/wikisql_chat_format.jsonl " +
    "--template chatml --epochs 5 --batch-size 4 --lora-rank 16 --profile chat --dry-run --json";

  test("the documented example: flags win, the rest is the profile's, each with its origin", () => {
    const { code, out, err } = ft(full.split(" "));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { config, warnings, recommendations } = JSON.parse(out) as Record<string, unknown>;
    expect(config).toMatchObject({
      model: { name: { value: "TinyLlama/TinyLlama-1.1B-Chat-v1.0", origin: "argument" } },
      data: {
        template: { value: "chatml", origin: "flag:--template" },
        max_length: { value: 2048, origin: "profile:chat" },
      },
      lora: {
        r: { value: 16, origin: "flag:--lora-rank" },
        alpha: { value: 16, origin: "profile:chat" },
        target_modules: { value: ["q_proj", "v_proj", "k_proj", "o_proj"], origin: "profile:chat" },
      },
      optimization: {
        epochs: { value: 5, origin: "flag:--epochs" },
        batch_size: { value: 4, origin: "flag:--batch-size" },
        learning_rate: { value: 2e-4, origin: "profile:chat" },
        weight_decay: { value: 0.01, origin: "default" },
      },
      output_dir: { value: "./output", origin: "default" },
    });
    expect(warnings).toEqual([]);
    expect(recommendations).toEqual([]);
  });

  test("every source in one command", () => {
    const folder = makeFolder({
      "home/config.yaml": "seed: 1\noutput_dir: from-user\n",
      "ft.yaml": "seed: 2\nmodel: {name: from-project}\n",
      "given.yml": "seed: 3\ndata: {train_file: rows.jsonl}\n",
    });
    const { out } = ft(
      ["train", "quick", "-c", "given.yml", "--dry-run", "--json", "--lr", "1e-5"],
      {
        cwd: folder,
        env: { FT_HOME: `${folder}/home`, FT_SEED: "4" },
      },
    );
    expect(JSON.parse(out)).toMatchObject({
      config: {
        seed: { value: 4, origin: "environment:FT_SEED" },
        output_dir: { value: "from-user", origin: `user:${folder}/home/config.yaml` },
        model: { name: { value: "from-project" } },
        data: { train_file: { value: "rows.jsonl", origin: "config:given.yml" } },
        optimization: {
          learning_rate: { value: 1e-5, origin: "flag:--lr" },
          epochs: { value: 1, origin: "preset:quick" },
        },
      },
    });
  });

  test("--data is the positional argument", () => {
    const named = ft(["train", "quick", "m", "--data", "d.jsonl", "--dry-run", "--json"]);
    const placed = ft(["train", "quick", "m", "d.jsonl", "--dry-run", "--json"]);
    const value = (text: string): unknown =>
      (JSON.parse(text) as { config: { data: { train_file: { value: unknown } } } }).config.data
        .train_file.value;
    expect(value(named.out)).toBe("d.jsonl");
    expect(value(placed.out)).toBe("d.jsonl");
    expect(ft(["train", "quick", "m", "a.jsonl", "--data", "b.jsonl", "--dry-run"]).code).toBe(2);
  });
});

test("FT_LOG=debug and --verbose add lines on stderr, and leave stdout as it is", () => {
  const plain = ft(["config", "show", "--json"]);
  const debug = ft(["config", "show", "--json"], { env: { FT_LOG: "debug", FT_SEED: "5" } });
  expect(plain.err).toBe("");
  expect(debug.err).toContain("configuration resolved seed=environment:FT_SEED");
  expect(ft(["config", "show", "--json", "--verbose"])).toMatchObject({
    out: plain.out,
    err: expect.stringContaining("command name=config show"),
  });
});

describe("lists", () => {
  test("ft templates list", () => {
    expect(ft(["templates", "list"]).out).toMatch(/^auto\nalpaca\nchatml\nllama\n/);
  });

  test("ft train list-data has three groups and presence marks, in an empty folder too", () => {
    const { code, out } = ft(["train", "list-data"], { cwd: makeFolder({}) });
    expect(code).toBe(0);
    expect(out).toContain("WikiSQL (Database Q&A)");
    expect(out).toContain("Conversational");
    expect(out).toContain("Instruction Following");
    expect(out).toMatch(/[✓✗] wikisql-chat/);
    expect(out).toContain("ft train quick MODEL");
  });

  test("ft train list-data --json", () => {
    const { datasets } = JSON.parse(ft(["train", "list-data", "--json"]).out) as {
      datasets: { name: string; present: boolean }[];
    };
    expect(datasets.map(({ name }) => name)).toContain("wikisql-mlx");
  });

  test("ft runs list in a new home", () => {
    const env = { FT_HOME: makeFolder({}) };
    expect(ft(["runs", "list"], { env }).out).toContain("No runs yet");
    expect(JSON.parse(ft(["runs", "list", "--json"], { env }).out)).toEqual({ runs: [] });
  });
});

describe("help and usage", () => {
  test("--help is on stdout, exit 0", () => {
    const { code, out, err } = ft(["train", "quick", "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Examples:");
  });

  test("--version", () => {
    expect(ft(["--version"])).toEqual({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+/),
      err: "",
    });
  });

  test("an unknown command is named with the nearest, exit 2, nothing on stdout", () => {
    const { code, out, err } = ft(["trian"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("Did you mean train?");
  });
});
