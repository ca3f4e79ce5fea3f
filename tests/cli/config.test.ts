import { describe, expect, test } from "vitest";
import { defaultRunConfig } from "../../src/app/config/schema.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";

describe("ft config", () => {
  test("show --json equals the schema's defaults", async () => {
    const { code, stdout, stderr } = await runProgram(["config", "show", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual(defaultRunConfig());
  });

  test("what show prints is a configuration that show reads", async () => {
    const first = await runProgram(["config", "show", "--profile", "code", "--seed", "7"]);
    const folder = makeFolder({ "c.yml": first.stdout });
    const again = await runProgram(["config", "show", "--config", `${folder}/c.yml`]);
    expect(again.stdout).toBe(first.stdout);
    expect(again.stdout).toContain("  r: 32\n");
  });

  test("profiles --json", async () => {
    const { stdout } = await runProgram(["config", "profiles", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      chat: { data: { template: "chatml" }, optimization: { lr_scheduler: "cosine" } },
      instruction: { lora: { r: 16 } },
      code: { optimization: { epochs: 5, weight_decay: 0.01 } },
    });
  });

  test("schema is JSON Schema; --environment lists the variables", async () => {
    const schema = JSON.parse((await runProgram(["config", "schema"])).stdout) as {
      properties: object;
    };
    expect(schema.properties).toHaveProperty("lora.properties.r.default", 8);
    const { stdout } = await runProgram(["config", "schema", "--environment"]);
    expect(stdout).toMatch(/^FT_OPTIMIZATION_EPOCHS +optimization\.epochs +3 /m);
  });
});

describe("ft train start --dry-run", () => {
  const full =
    "train start TinyLlama/TinyLlama-1.1B-Chat-v1.0 data/wikisql/wikisql_chat_format.jsonl " +
    "--template chatml --epochs 5 --batch-size 4 --lora-rank 16 --profile chat --dry-run --json";

  test("the documented example: flags win, the rest is the profile's, each with its origin", async () => {
    const { code, stdout, stderr } = await runProgram(full.split(" "));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { config, warnings, recommendations } = JSON.parse(stdout) as Record<string, unknown>;
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

  test("every source in one command", async () => {
    const folder = makeFolder({
      "home/config.yaml": "seed: 1\noutput_dir: from-user\n",
      "ft.yaml": "seed: 2\nmodel: {name: from-project}\n",
      "given.yml": "seed: 3\ndata: {train_file: rows.jsonl}\n",
    });
    const args = ["train", "quick", "-c", "given.yml", "--dry-run", "--json", "--lr", "1e-5"];
    const env = { FT_HOME: `${folder}/home`, FT_SEED: "4" };
    const { stdout } = await runProgram(args, { cwd: folder, env });
    expect(JSON.parse(stdout)).toMatchObject({
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

  test("--data is the positional argument", async () => {
    const dryRun = (...args: string[]): ReturnType<typeof runProgram> =>
      runProgram(["train", "quick", "m", ...args, "--dry-run", "--json"]);
    const named = await dryRun("--data", "d.jsonl");
    const placed = await dryRun("d.jsonl");
    const value = (text: string): unknown =>
      (JSON.parse(text) as { config: { data: { train_file: { value: unknown } } } }).config.data
        .train_file.value;
    expect(value(named.stdout)).toBe("d.jsonl");
    expect(value(placed.stdout)).toBe("d.jsonl");
    expect(await dryRun("a.jsonl", "--data", "b.jsonl")).toMatchObject({ code: 2 });
  });
});

test("FT_LOG=debug and --verbose add lines on stderr, and leave stdout as it is", async () => {
  const show = ["config", "show", "--json"];
  const plain = await runProgram(show);
  const debug = await runProgram(show, { env: { FT_LOG: "debug", FT_SEED: "5" } });
  expect(plain.stderr).toBe("");
  expect(debug.stderr).toContain("configuration resolved seed=environment:FT_SEED");
  expect(await runProgram([...show, "--verbose"])).toMatchObject({
    stdout: plain.stdout,
    stderr: expect.stringContaining("command name=config show"),
  });
});
