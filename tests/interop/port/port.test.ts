// The porting kit against transformers itself, where there is a PyTorch: built architectures depart nowhere, the
// committed fixtures are what the specimens make, and what cannot be made says what is missing.
import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../../..");
const python = process.env["FT_PEERS_PYTHON"] ?? "";

function hasTorch(): boolean {
  try {
    execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

interface Answer {
  status: number | null;
  answer: Record<string, unknown>;
}

function run(program: string, ...args: string[]): Answer {
  const command = ["--import", "tsx", `dev/port/${program}.ts`, "--json", ...args];
  const { status, stdout } = spawnSync(process.execPath, command, { cwd: root, encoding: "utf8" });
  return { status, answer: JSON.parse(stdout.trim().split("\n").at(-1) ?? "") };
}

const port = (...args: string[]): Answer => run("main", ...args);

describe.runIf(hasTorch())("make port, where there is a PyTorch", () => {
  test.each([
    ["llama", 9],
    ["gpt2", 2],
  ])("%s departs nowhere, and its fixtures are what was committed", (modelType, count) => {
    const { status, answer } = port(modelType);
    expect(answer).toMatchObject({ modelType, departs: false, written: [] });
    const reports = answer["reports"] as { departing: string[]; parts: unknown[] }[];
    expect(reports.length).toBe(count);
    for (const { departing, parts } of reports) {
      expect(departing).toEqual([]);
      expect(parts.length).toBeGreaterThan(5);
    }
    expect(status).toBe(0);
  });

  test("no specimen, or no such type: says what to do, and fails", () => {
    const none = port("arcee");
    expect(none.status).toBe(1);
    expect(none.answer["missing"]).toContain("make port-new arcee");
    const unknown = port("lama");
    expect(unknown.answer["missing"]).toContain("has no such model type. Did you mean llama");
  });

  test.each([
    // of guessed sizes, and of its specimen's
    ["arcee", "model.layers.3.mlp.up_proj.weight", "ArceeAttention", 96],
    ["mixtral", "model.layers.0.block_sparse_moe.experts.3.w2.weight", "MixtralSparseMoeBlock", 48],
  ])("%s is described from a small model", (type, name, kind, vocabulary) => {
    const { status, answer } = run("new", type);
    expect(status).toBe(0);
    expect(answer).toMatchObject({ problem: null });
    const tensors = answer["tensors"] as { name: string; shape: number[] }[];
    expect(tensors.map((tensor) => tensor.name)).toContain(name);
    const modules = (answer["modules"] as { kind: string }[][]).flat();
    expect(modules.map((module) => module.kind)).toContain(kind);
    expect(answer["specimen"]).toContain(`"vocab_size": ${vocabulary}`);
  });
});
