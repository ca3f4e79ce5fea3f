// What is exported is read by the programs it is for: Hugging Face's datasets reads the folder and the Parquet file,
// mlx-lm makes datasets of its kinds of the rows.
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportRows } from "../../../src/synth/profiles/index.ts";
import { makeFolder } from "../../support/folders.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const has = (module: string): boolean => spawnSync(python, ["-c", `import ${module}`]).status === 0;

const rows = [
  {
    messages: [
      { role: "user", content: "q1" },
      { role: "assistant", content: "a1" },
    ],
  },
  {
    id: "x",
    messages: [
      { role: "system", content: "s" },
      { role: "user", content: "=q2" },
      { role: "assistant", content: "a2" },
    ],
    meta: { split: "test" },
  },
];

async function exported(provider: string, name: string, format?: string): Promise<string> {
  const out = join(makeFolder(), name);
  const source = async function* () {
    for (const [at, value] of rows.entries()) yield { line: at + 1, value };
  };
  const request = { name: "rows.jsonl", rows: source, provider, out, format };
  await exportRows({ ...request, keepsSource: false, skipsBadRows: false, metadata: false });
  return out;
}

const asked = (code: string, ...args: string[]): unknown =>
  JSON.parse(
    execFileSync(python, ["-c", code, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );

const loads = `
import json, sys, tempfile
from datasets import load_dataset
with tempfile.TemporaryDirectory() as cache:
    folder = load_dataset(sys.argv[1], cache_dir=cache)
    table = load_dataset("parquet", data_files=sys.argv[2], cache_dir=cache, split="train")
    print(json.dumps({
        "splits": {name: split.to_list() for name, split in folder.items()},
        "table": [json.loads(text) for text in table["messages"]],
    }))
`;

test.skipIf(!has("datasets"))(
  "datasets reads the folder by its card, and the Parquet file",
  async () => {
    const folder = await exported("trl", "hub", "hf");
    const table = await exported("trl", "rows.parquet");
    const messages = rows.map((row) => row.messages);
    expect(asked(loads, folder, table)).toEqual({
      splits: { train: [{ messages: messages[0] }], test: [{ messages: messages[1] }] },
      table: messages,
    });
  },
);

const makes = `
import json, sys, types
from mlx_lm.tuner.datasets import create_dataset
class Tokenizer:
    eos_token_id = 0
    def apply_chat_template(self, messages, tools=None, return_dict=False, **_):
        return [len(message["content"]) for message in messages]
    def encode(self, text):
        return [len(text)]
found = {}
for name in sys.argv[1:]:
    data = [json.loads(line) for line in open(name)]
    made = create_dataset(data, Tokenizer(), types.SimpleNamespace())
    found[type(made).__name__] = [made.process(made[at])[0] for at in range(len(data))]
print(json.dumps(found))
`;

test.skipIf(!has("mlx_lm"))("mlx-lm makes datasets of chats, of pairs and of texts", async () => {
  const chats = await exported("mlx-lm", "chats.jsonl");
  const pairs = await exported("bedrock-llama-prompt", "pairs.jsonl");
  const texts = await exported("chatml", "texts.jsonl");
  expect(asked(makes, chats, pairs, texts)).toEqual({
    ChatDataset: [
      [2, 2],
      [1, 3, 2],
    ],
    CompletionsDataset: [
      [2, 2],
      [expect.any(Number), 2],
    ],
    TextDataset: [
      [expect.any(Number), 0],
      [expect.any(Number), 0],
    ],
  });
});
