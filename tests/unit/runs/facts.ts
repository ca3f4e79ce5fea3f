// Facts of a run that never happened, for tests of folders, the index and the screen.
import type { RunFact, RunRecord } from "../../../src/runs/index.ts";

export const notice = (message: string): RunFact => ({ type: "notice", level: "info", message });

export const started = (totalSteps = 10): RunFact => ({
  type: "run-started",
  config: {},
  model: { name: "builtin/tiny", architecture: "llama", baseModel: true },
  template: "alpaca",
  trainableParameters: 125,
  totalParameters: 10_000,
  totalSteps,
  dataset: {
    trainFile: "rows.jsonl",
    trainRows: 90,
    validationRows: 10,
    formats: { chat: 100 },
    formatOverride: false,
    tokens: 5000,
    supervisedTokens: 2000,
    truncatedRows: 3,
    droppedRows: 0,
  },
  outputDir: "output",
  resumedFromStep: null,
});

export const stepped = (step: number, trainLoss: number | null = 1.25): RunFact => ({
  type: "step-reported",
  step,
  epoch: step / 10,
  trainLoss,
  learningRate: 3e-4,
  tokens: step * 100,
  supervisedTokens: step * 40,
  tokensPerSecond: 1842.4,
  stepSeconds: 0.5,
  activeMemoryBytes: 1e9,
  peakMemoryBytes: 1.5e9,
  residentBytes: 2e9,
});

export const evaluated = (step: number, validationLoss: number): RunFact => ({
  type: "evaluation-finished",
  step,
  validationLoss,
});

export const completed = (): RunFact => ({
  type: "run-completed",
  finalTrainingLoss: 0.51234,
  finalValidationLoss: 0.6,
  totalSteps: 10,
  epochsCompleted: 1,
  trainableParameters: 125,
  totalParameters: 10_000,
  outputDir: "output",
  adapterPath: "output/final_model",
  bestStep: 10,
});

export const failed = (): RunFact => ({
  type: "run-failed",
  code: "FT-TRAIN-001",
  message: "no",
  hint: null,
});

export const record = (): Omit<RunRecord, "runId"> => ({
  createdAt: "2026-11-21T12:00:00.000Z",
  config: { model: { name: "builtin/tiny" }, data: { train_file: "rows.jsonl" }, method: "lora" },
});
