// What people get wrong before a run begins: each mistake ends with its exit code, a message that names the thing and
// the mend, no stack, and nothing written. Failures of a run that has begun are train/*.test.ts's.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { chatRow, jsonLines } from "../support/rows.ts";
import { makeToyModel, toyRow } from "../support/toy-model.ts";
import { makeBrokenModels } from "./broken-models.ts";

const sound = [0, 1, 2, 3, 4, 5].map((at) => toyRow(at));
const unanswered = { messages: [{ role: "user", content: "Is anyone there?" }] };
const long = chatRow("why ".repeat(50), "so");

const files = {
  "rows.jsonl": jsonLines(sound),
  "rows.xlsx": jsonLines(sound),
  "bad-line.jsonl": `${JSON.stringify(toyRow(1))}\n{"messages": [\n`,
  "empty.jsonl": "",
  "long.jsonl": jsonLines([long, long]),
  "pairs.jsonl": jsonLines([{ prompt: "Is it?", chosen: "It is.", rejected: "No." }]),
  "questions.csv": "question,answer\nIs it?,It is.\nWas it?,It was.\nWill it?,It will.\n",
  "no-answer.jsonl": jsonLines([toyRow(1), unanswered]),
  "typo.yml": "lora:\n  rnk: 3\noptimization:\n  learning_rte: 0.1\n",
  "empty.yml": "",
  "alias.yml": "seed: *nowhere\n",
  "occupied/thesis.txt": "do not overwrite",
};

let folder: string;

beforeAll(async () => {
  folder = makeFolder(files);
  const gpt2 = { model_type: "gpt2", n_embd: 32, n_layer: 1, n_head: 4, n_positions: 63 };
  await makeToyModel(join(folder, "gpt2"), { config: gpt2 });
  makeBrokenModels(await makeToyModel(join(folder, "model")));
});

const occupied = [
  "The output folder is not empty: occupied",
  "ft train resume occupied",
  "--output",
];

/** What follows `ft train start --output out`, and what the error says: the thing that is wrong, and the mend. */
const mistakes: [what: string, code: number, line: string, says: readonly (string | RegExp)[]][] = [
  ["no model and no data", 3, "", ["Model name is required"]],

  [
    "a missing data file",
    4,
    "model rows.json",
    ["FT-DATA-001", "rows.json: no such file", /Did you mean .*rows\.jsonl\?/],
  ],
  [
    "the same, before a model is fetched",
    4,
    "nobody/has-this rows.json",
    ["FT-DATA-001", "rows.json: no such file"],
  ],
  [
    "the name of a dataset of the Hub, with the command that fetches it",
    4,
    "model someone/support",
    ["FT-DATA-001", "ft data pull someone/support -o rows.jsonl"],
  ],
  [
    "a bad line",
    4,
    "model bad-line.jsonl",
    ["bad-line.jsonl: Invalid JSON on line 2", "fix line 2"],
  ],
  [
    "a table whose columns are called otherwise: told once, with the command that renames them",
    4,
    "model questions.csv",
    [
      "3 rows cannot be used",
      "the fields question, answer (3 rows, the last on line 4)",
      "questions.csv -o rows.jsonl --columns prompt=question,completion=answer",
    ],
  ],
  [
    "the data before the model",
    3,
    "rows.jsonl model",
    ["FT-CONFIG-083", "the model comes first", "ft train start model rows.jsonl"],
  ],
  ["an empty data file", 4, "model empty.jsonl", ["empty.jsonl: the file is empty"]],
  [
    "a kind of file that cannot be read",
    4,
    "model rows.xlsx",
    ["Unsupported file format: .xlsx", ".jsonl"],
  ],
  ["no answer", 4, "model no-answer.jsonl", ["no-answer.jsonl, line 2", "assistant", "fix line 2"]],
  [
    "rows that another method learns from",
    4,
    "model pairs.jsonl",
    ["FT-DATA-031", "pairs.jsonl:1: preference format", "--method dpo (or orpo, simpo)"],
  ],
  [
    "a maximum length that cuts everything",
    4,
    "model long.jsonl --max-length 16",
    ["FT-DATA-030", "long.jsonl", "--max-length"],
  ],

  [
    "rows longer than the positions that the model has learned",
    3,
    "gpt2 long.jsonl --mask all",
    ["FT-MODEL-013", "long.jsonl, line 1", "model supports 63", "--max-length 63"],
  ],

  [
    "unknown configuration keys",
    3,
    "model rows.jsonl --config typo.yml",
    [
      "typo.yml:2: unknown key lora.rnk; did you mean lora.r?",
      "typo.yml:4: unknown key optimization.learning_rte; did you mean optimization.learning_rate?",
    ],
  ],
  [
    "an empty configuration",
    3,
    "model rows.jsonl --config empty.yml",
    ["Configuration file is empty: empty.yml", "ft config show"],
  ],
  [
    "a missing configuration",
    3,
    "model rows.jsonl --config no.yml",
    ["Configuration file not found: no.yml", "ft config show"],
  ],

  [
    "an alias to nothing in a configuration",
    3,
    "model rows.jsonl --config alias.yml",
    ["alias.yml: Invalid YAML format", "ft config show"],
  ],

  ["an unknown flag", 2, "model rows.jsonl --epohcs 3", ["'--epohcs'", "Did you mean --epochs?"]],
  ["part of a flag", 2, "model rows.jsonl --epoch 3", ["'--epoch'", "Did you mean --epochs?"]],
  [
    "a negative rank",
    3,
    "model rows.jsonl --lora-rank -1",
    ["LoRA rank must be positive (from flag:--lora-rank)"],
  ],
  [
    "a negative rank after =",
    3,
    "model rows.jsonl --lora-rank=-4",
    ["LoRA rank must be positive (from flag:--lora-rank)"],
  ],
  [
    "an unknown profile",
    3,
    "model rows.jsonl --profile chta",
    ["Unknown profile 'chta'. Available profiles: [chat, "],
  ],
  [
    "an unknown template",
    3,
    "model rows.jsonl --template chatlm",
    ["Unknown template 'chatlm'. Valid options: [auto, "],
  ],
  [
    "a misspelt target module",
    3,
    "model rows.jsonl --target-modules q_porj",
    ["no linear layer named q_porj", "--target-modules q_proj"],
  ],
  [
    "no adapter to start from",
    3,
    "model rows.jsonl --init-adapter nowhere",
    ["no adapter at nowhere", "folder of an adapter"],
  ],

  [
    "a missing model folder",
    3,
    "./no-such-model rows.jsonl",
    ["./no-such-model: there is no such"],
  ],
  ["an unknown model type", 3, "unknown-type rows.jsonl", ["Unknown model type 'lama'", "'llama'"]],
  [
    "weights that are no weights",
    7,
    "pickle rows.jsonl",
    ["pytorch_model.bin", "needs code to run, which ft never does"],
  ],
  [
    "a model without a tokenizer",
    3,
    "no-tokenizer rows.jsonl",
    ["no tokenizer: neither tokenizer.json"],
  ],
  [
    "truncated weights",
    7,
    "truncated rows.jsonl",
    ["model.safetensors: truncated", "copy the file again"],
  ],
  [
    "weights that overlap",
    7,
    "overlapping rows.jsonl",
    ["model.safetensors: ", "overlaps", "copy the file again"],
  ],

  ["an occupied output folder", 3, "model rows.jsonl --output occupied", occupied],
  ["the same before anything is read", 3, "no-such-model no.jsonl --output occupied", occupied],
];

test.each(mistakes)("%s: exits with %i, names it, writes nothing", async (_, code, line, says) => {
  const before = readdirSync(folder, { recursive: true });
  const args = ["train", "start", "--output", "out", ...line.split(" ").filter(Boolean)];
  const { stdout, stderr, ...ended } = await runProgram(args, { cwd: folder });
  // Above it stands what was asked for, with every name that was given.
  const error = stderr.slice(stderr.search(/^error /m));
  for (const said of says) expect(error).toMatch(said);
  expect(error).toMatch(/^error FT-[A-Z]+-[A-Z0-9]+: /);
  expect(error).toMatch(/^hint: \S/m);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(stdout).toBe("");
  expect(ended.code).toBe(code);
  expect(readdirSync(folder, { recursive: true })).toEqual(before);
});
