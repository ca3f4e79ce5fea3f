// The hub's two clients against one fake hub: what ft uploads, Python's huggingface_hub reads, card and all; and what Python
// uploads by the same doors is taken, so that the fake is none of our own making.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { completedCard, headOf, headText } from "../../../src/app/share/upload/card-head.ts";
import { uploadFiles } from "../../../src/weights/hub-upload.ts";
import { FakeHub } from "../../support/fake-hub.ts";
import { makeFolder } from "../../support/folders.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const hub = new FakeHub();
const token = `hf_${"a".repeat(34)}`;
const weights = randomBytes(250_000);
let endpoint: string;

beforeAll(async () => {
  endpoint = await hub.start();
  hub.accounts[token] = { name: "me" };
});
afterAll(() => hub.stop());

/** What the script prints, as JSON. */
async function fromPython(script: string, ...args: string[]): Promise<unknown> {
  const home = makeFolder();
  const env = {
    ...process.env,
    ...{ HF_ENDPOINT: endpoint, HF_HOME: home, HF_HUB_DISABLE_XET: "1", HF_TOKEN: token },
    ...{ HF_HUB_OFFLINE: "0", NODE_OPTIONS: "" },
  };
  const child = spawn(python, ["-c", script, ...args], { env });
  let [out, talk] = ["", ""];
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (talk += part.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code, talk).toBe(0);
  return JSON.parse(out.trim().split("\n").at(-1) ?? "");
}

const results = [
  {
    ...{ data: "test.jsonl", samples: 8, signature: "exact_match=stripped", baseline: "base" },
    ...{ contamination: null },
    results: [{ metric: "exact_match", value: 0.75, baseline: 0.25, delta: undefined }],
  },
];

const head = headOf({
  ...{ name: "tuned", form: "mlx-adapter", baseId: "org/base", license: "llama3.2" },
  ...{ method: "lora", isQuantized: false, isTrained: true, datasets: ["org/rows"], results },
});

const readByPython = `
import hashlib, json, sys
from huggingface_hub import snapshot_download, ModelCard, HfApi
folder = snapshot_download("me/tuned", revision=sys.argv[1])
card = ModelCard.load(folder + "/README.md")
data = card.data
results = [[r.task_type, r.dataset_name, r.metric_type, r.metric_value] for r in data.eval_results]
print(json.dumps({
  "sha256": hashlib.sha256(open(folder + "/model.safetensors", "rb").read()).hexdigest(),
  "base_model": data.base_model, "relation": data.base_model_relation, "license": data.license,
  "library": data.library_name, "datasets": data.datasets, "tags": data.tags, "pipeline": data.pipeline_tag,
  "results": results, "text": card.text.strip(),
}))
`;

test.each([
  ["whole", Number.POSITIVE_INFINITY],
  ["in parts", 100_000],
])("Python reads what ft uploaded %s, and its card", async (_, partBytes) => {
  hub.uploads.partBytes = partBytes;
  hub.uploads.stored.clear();
  delete hub.repositories["me/tuned"];
  const folder = makeFolder({ "model.safetensors": weights });
  const { commit } = await uploadFiles({
    ...{ id: "me/tuned", branch: "main", endpoint, isPrivate: undefined, message: "Upload" },
    settings: {
      ...{ endpoint, token, cacheDir: folder, offline: false },
      ...{ answerSeconds: 10, silenceSeconds: 10 },
    },
    files: [
      { path: "model.safetensors", content: join(folder, "model.safetensors") },
      { path: "README.md", content: Buffer.from(`${headText(head)}\n# Tuned`) },
    ],
  });
  expect(await fromPython(readByPython, commit)).toMatchObject({
    ...{ base_model: "org/base", relation: "adapter", license: "llama3.2", library: "mlx" },
    ...{ datasets: ["org/rows"], tags: ["lora", "fine-tuned-locally"], text: "# Tuned" },
    pipeline: "text-generation",
    results: [["text-generation", "test.jsonl", "exact_match", 0.75]],
  });
});

const cardByPython = `
import json, sys
from huggingface_hub import ModelCard
card = ModelCard(sys.argv[1])
print(json.dumps({"license": card.data.license, "tags": card.data.tags, "base": card.data.base_model}))
`;

test("a head that ft completed is one that Python reads", async () => {
  const card = completedCard("---\nlicense: mit # mine\ntags: [a]\n---\n# Mine\n", head);
  const read = await fromPython(cardByPython, card);
  expect(read).toEqual({ license: "mit", tags: ["a"], base: "org/base" });
});

const uploadByPython = `
import json, sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo("me/python", private=True, exist_ok=True)
first = api.upload_folder(repo_id="me/python", folder_path=sys.argv[1], commit_message="From Python")
again = api.upload_folder(repo_id="me/python", folder_path=sys.argv[1], commit_message="Again")
api.create_branch("me/python", branch="other")
print(json.dumps([first.oid, again.oid]))
`;

test.each([
  ["whole", Number.POSITIVE_INFINITY],
  ["in parts", 100_000],
])("Python uploads to the fake hub %s, and ft finds nothing left to send", async (_, partBytes) => {
  hub.uploads.partBytes = partBytes;
  hub.uploads.stored.clear();
  hub.uploads.commits.length = 0;
  delete hub.repositories["me/python"];
  const card = `${headText(head)}\n# Tuned`;
  const folder = makeFolder({ "model.safetensors": weights, "README.md": card, "sub/a.txt": "a" });
  const [first, again] = (await fromPython(uploadByPython, folder)) as string[];
  expect(again).toBe(first);
  expect(hub.uploads.commits).toMatchObject([{ id: first, summary: "From Python" }]);
  expect(hub.repositories["me/python"]?.files["model.safetensors"]).toEqual(weights);
  const ours = await uploadFiles({
    ...{ id: "me/python", branch: "main", endpoint, isPrivate: undefined, message: "Upload" },
    settings: {
      ...{ endpoint, token, cacheDir: folder, offline: false },
      ...{ answerSeconds: 10, silenceSeconds: 10 },
    },
    files: ["model.safetensors", "README.md", "sub/a.txt"].map((path) => ({
      ...{ path, content: join(folder, path) },
    })),
  });
  expect(ours).toMatchObject({ commit: first, isNew: false });
});
