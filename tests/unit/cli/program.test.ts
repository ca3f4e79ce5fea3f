import { describe, expect, test } from "vitest";
import { z } from "zod";
import { commands } from "../../../src/cli/commands/index.ts";
import { defineCommand } from "../../../src/cli/define-command.ts";
import { Io } from "../../../src/cli/io.ts";
import { parseCommandLine, type Request } from "../../../src/cli/program.ts";
import { settingOptions } from "../../../src/cli/settings.ts";
import { UsageError } from "../../../src/core/errors.ts";
import { optionsOf } from "../../../src/core/options.ts";
import { refusal } from "../../support/refusal.ts";

const parse = (line: string): Request =>
  parseCommandLine(line === "" ? [] : line.split(" "), { version: "1.2.3", commands });

function asked(line: string): Extract<Request, { kind: "run" }> {
  const request = parse(line);
  if (request.kind !== "run") throw new Error("no command was asked for");
  return request;
}

const refused = (line: string): UsageError => refusal(() => parse(line), UsageError);

const help = (line: string): string => {
  const request = parse(`${line} --help`.trim());
  return request.kind === "done" ? request.text : "";
};

describe("settings as flags", () => {
  test("arrive under their option, with the flag as origin", () => {
    const { input } = asked(
      "train start org/m d.jsonl --template chatml --epochs 5 -b 4 --lora-rank 16 --lr 2e-4 " +
        "--no-bias-correction --load-in-4bit --max-grad-norm null",
    );
    expect(input.arguments).toEqual({ model: "org/m", dataset: "d.jsonl" });
    expect(input.settings.values).toEqual({
      model: { load_in_4bit: true },
      data: { template: "chatml" },
      lora: { r: 16 },
      optimization: {
        epochs: 5,
        batch_size: 4,
        learning_rate: 2e-4,
        bias_correction: false,
        max_grad_norm: null,
      },
    });
    const { originOf } = input.settings;
    expect(originOf(["lora", "r"])).toBe("flag:--lora-rank");
    expect(originOf(["optimization", "bias_correction"])).toBe("flag:--no-bias-correction");
  });

  test("nothing that was not typed is set: commander has no defaults", () => {
    const { input, common } = asked("train quick m");
    expect(input.settings.values).toEqual({});
    expect(input.options).toEqual({});
    expect(common).toEqual({ json: false, quiet: false, verbose: false });
  });

  test("lists are repeated or have commas; negative numbers are values", () => {
    const { input } = asked(
      "train start m d --target-modules q_proj,k_proj --target-modules o_proj --num-layers -1",
    );
    expect(input.settings.values).toEqual({
      lora: { target_modules: ["q_proj", "k_proj", "o_proj"], num_layers: -1 },
    });
  });

  test("text that is no number stays text, for the schema to refuse", () => {
    expect(asked("train start m d --epochs many").input.settings.values).toEqual({
      optimization: { epochs: "many" },
    });
  });
});

describe("what is not understood", () => {
  test.each([
    ["trian", "unknown command 'trian'", "train"],
    ["train quik m", "unknown command 'quik'", "quick"],
    ["train quick m --epohcs 3", "unknown option '--epohcs'", "--epochs"],
    ["runs list extra", "too many arguments", ""],
    ["runs show", "missing required argument 'run'", ""],
    ["train start m d --epochs", "argument missing", ""],
  ])("ft %s", (line, message, near) => {
    const error = refused(line);
    expect(error.message).toContain(message);
    if (near !== "") expect(error.message).toContain(`Did you mean ${near}?`);
    expect(error.exitCode).toBe(2);
    expect(error.hint).toMatch(/^ft .*--help$/);
  });

  test.each([
    ["--learning-rate 1e-5", "--lr"],
    ["--train", "trains without it"],
    ["--steps-per-eval=5", "--eval-steps"],
  ])("a flag of mlx_lm.lora's, %s, is told by its name here", (flag, name) => {
    const { message, hint } = refused(`train start m d ${flag}`);
    expect(message).toContain("unknown option");
    expect(hint).toMatch(new RegExp(`is here: .*${name}`));
  });

  test.each([
    ["help nonsense", "ft --help lists the commands"],
    ["help trian", "did you mean ft help train?"],
    ["help studoi", "did you mean ft help studio?"],
  ])("ft %s names neither a command nor a code", (line, hint) => {
    expect(refused(line)).toMatchObject({ code: "FT-USAGE-019", exitCode: 2, hint });
  });

  test.each(["help", "help train", "help ui", "help dataset"])("ft %s is help", (line) => {
    expect(parse(line)).toMatchObject({
      kind: "done",
      text: expect.stringContaining("Usage: ft"),
    });
  });

  test("options of a command are checked by its schema", async () => {
    const request = asked("generate m hello --top-p 7 --max-tokens 0");
    const io = new Io(request.common, process, {});
    await expect(async () => request.command.run(request.input, io)).rejects.toThrow(
      "--max-tokens: must be positive\n--top-p: must not be above 1",
    );
  });
});

describe("help", () => {
  test.each(commands.map((command) => command.name))("ft %s --help has examples", (name) => {
    const text = help(name);
    expect(text).toContain(`Usage: ft ${name}`);
    expect(text).toContain("Examples:\n  ");
    expect(text).toContain("--json");
  });

  test.each(commands)("the examples of $name are understood", (command) => {
    for (const example of command.examples) {
      const line = example.replace(/^.*\| |^[A-Z_]+=\S+ /, "").replace(/ > .*$/, "");
      const words = line.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "")) ?? [];
      const request = parseCommandLine(words.slice(1), { version: "1", commands });
      expect(request).toMatchObject({ kind: "run", command: { name: command.name } });
    }
  });

  test.each(commands)("every option of $name says what it does", ({ options }) => {
    const silent = optionsOf(options).filter(({ description }) => description === "");
    expect(silent.map(({ key }) => key)).toEqual([]);
  });

  test("every command and group in the list says what it is for", () => {
    const [list = ""] = help("").split("Examples:");
    const words = list.split("\n").filter((line) => /^ {2}[a-z]/.test(line));
    expect(words.length).toBeGreaterThan(20);
    expect(words.filter((line) => !/ {2}[A-Z]/.test(line))).toEqual([]);
  });

  test.each(["", "train", "models", "config", "templates", "runs"])(
    "ft %s --help has examples too",
    (name) => {
      const text = help(name.trim());
      expect(text).toMatch(/Examples:\n {2}ft /);
      expect(text).not.toContain("display help");
    },
  );

  test("shows the defaults of the command's preset, from the schema", () => {
    expect(help("train quick")).toMatch(/--epochs <N> .*\(default: 1\)/s);
    expect(help("train start")).toMatch(
      /-e, --epochs <N>\s+Passes over all training rows\s+\(default: 3\)/,
    );
    expect(help("train start")).toMatch(
      /--batch-size <N>\s+Rows in one forward pass \(default: 2\)/,
    );
  });

  test("names what may stand for a value: formats, kinds of data", () => {
    const text = help("train start").replaceAll(/\s+/g, " ");
    expect(text).toMatch(/--format <FORMAT> .*one of auto, chat, sharegpt, .*\(default: auto\)/);
    for (const kind of ["CSV", "text", "ft train list-data"]) {
      expect(text.slice(0, text.indexOf("Options:"))).toContain(kind);
    }
  });

  test.each(commands)("what turns something off says what happens then: $name", (command) => {
    const isOn = [...optionsOf(command.options), ...(command.settings ? settingOptions() : [])];
    for (const option of isOn.filter((each) => each.default === true)) {
      expect(option.flag.off, option.key).toMatch(/^[A-Z]/);
    }
  });

  test("lists every documented flag of train start", () => {
    const text = help("train start");
    const flags =
      "-o, --output|-c, --config|-p, --profile|-t, --template|--format|-e, --epochs|-b, --batch-size|" +
      "--lr|-r, --lora-rank|-a, --lora-alpha|--val-split|--resume|--dry-run";
    for (const flag of flags.split("|")) expect(text).toContain(`${flag} `);
  });

  test.each([
    ["help", "Usage: ft [options]"],
    ["help train", "Usage: ft train [options]"],
    ["train help start", "Usage: ft train start"],
  ])("ft %s is no error", (line, usage) => {
    expect(parse(line)).toEqual({ kind: "done", text: expect.stringContaining(usage) });
  });

  test("ft alone shows the commands to begin with, and where the rest is", () => {
    const request = parse("");
    const text = request.kind === "done" ? request.text : "";
    for (const line of ["ft doctor", "ft train quick builtin/tiny", "ft studio", "ft --help"]) {
      expect(text).toMatch(new RegExp(`^  ${line} +[A-Z]`, "m"));
    }
    const { summary } = asked("doctor").command;
    expect(text).toContain(summary);
    expect(text.split("\n").length).toBeLessThan(20);
  });

  test.each(["train", "runs", "dataset"])("ft %s alone shows the help of the group", (group) => {
    expect(parse(group)).toEqual({ kind: "done", text: help(group) });
    expect(help(group)).toContain("Commands:");
  });

  test("the help of a group has at most three examples", () => {
    const [, examples = ""] = help("data").split("Examples:\n");
    expect(examples.trim().split("\n")).toHaveLength(3);
  });

  test("the version", () => {
    expect(parse("--version")).toEqual({ kind: "done", text: "1.2.3\n" });
  });
});

test("a command is data and a function", async () => {
  const seen: unknown[] = [];
  const greet = defineCommand({
    name: "greet",
    summary: "Greet",
    arguments: { who: { about: "whom" } },
    options: z.strictObject({ times: z.int().default(1).describe("How often") }),
    examples: ["ft greet you"],
    run: async (input) => {
      seen.push(input.arguments.who, input.options.times);
      return 5;
    },
  });
  const request = parseCommandLine(["greet", "you", "--times", "3"], {
    version: "",
    commands: [greet],
  });
  if (request.kind !== "run") throw new Error("no command");
  expect(await request.command.run(request.input, new Io(request.common, process, {}))).toBe(5);
  expect(seen).toEqual(["you", 3]);
});
