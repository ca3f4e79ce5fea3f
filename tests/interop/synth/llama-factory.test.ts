// LLaMA-Factory's own loader and converters read what is written for it, by the dataset_info.json beside the files.
// Where it is installed beside the other peers, or lies on PYTHONPATH; what it imports for sound, pictures and training
// only, and is not there, is stood in for.
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { convertFile } from "../../../src/synth/profiles/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { chatRow, jsonLines } from "../../support/rows.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const finds = "import importlib.util as u; exit(u.find_spec('llamafactory') is None)";
const isThere = spawnSync(python, ["-c", finds]).status === 0;

const reads = `
import importlib.machinery, json, sys, types
class Stub(types.ModuleType):
    __path__ = []
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return type(name, (), {})
for missing in ["torchaudio", "av", "trl", "trl.trainer", "trl.core", "trl.models", "trl.models.utils", "fire", "sse_starlette", "gradio"]:
    try: __import__(missing)
    except Exception:
        stub = Stub(missing)
        stub.__spec__ = importlib.machinery.ModuleSpec(missing, None)
        sys.modules[missing] = stub
from types import SimpleNamespace
from datasets import load_dataset
from llamafactory.data.converter import get_dataset_converter
from llamafactory.data.parser import get_dataset_list
found = {}
for name in sys.argv[1:]:
    [attributes] = get_dataset_list([name], ".")
    convert = get_dataset_converter(attributes.formatting, attributes, SimpleNamespace(media_dir=None))
    rows = load_dataset("json", data_files=attributes.dataset_name, split="train")
    found[name] = [{k: v for k, v in convert(row).items() if v} for row in rows]
print(json.dumps(found))
`;

test.skipIf(!isThere)(
  "conversations and preferences are read as they were written",
  async () => {
    const question = [{ role: "user", content: "q" }];
    const answer = (content: string) => [{ role: "assistant", content }];
    const folder = makeFolder({
      "chats.in.jsonl": jsonLines([chatRow("q", "a")]),
      "pairs.in.jsonl": jsonLines([
        { prompt: question, chosen: answer("good"), rejected: answer("bad") },
      ]),
      "home/none": "",
    });
    for (const name of ["chats", "pairs"])
      await convertFile({
        ...{ file: join(folder, `${name}.in.jsonl`), out: join(folder, `${name}.jsonl`) },
        ...{ to: "llama-factory", keepsSource: false, skipsBadRows: false },
      });
    const told = execFileSync(python, ["-c", reads, "chats", "pairs"], {
      ...{ cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
      env: { ...process.env, HF_HOME: join(folder, "home"), HF_HUB_OFFLINE: "1" },
    });
    const lines = told.trimEnd().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
      chats: [{ _prompt: question, _response: answer("a") }],
      pairs: [{ _prompt: question, _response: [...answer("good"), ...answer("bad")] }],
    });
  },
  300_000,
);
