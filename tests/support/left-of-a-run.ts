// What a run leaves, as values that can be compared: the bytes of its folder, and the facts of its log but for those of the
// clock. Two runs that agree in both are the same run.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readEvents, type RunEvent } from "../../src/runs/index.ts";

/** Relative path → SHA-256, for every file of a folder; nothing where there is none. */
export function hashesOf(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
      return [path.slice(folder.length + 1), hash];
    }),
  );
}

/** SHA-256 of all that a run leaves beside its log. */
export function bytesOf(run: string): Record<string, string> {
  const parts = ["checkpoints", "final_model"].flatMap((part) =>
    Object.entries(hashesOf(join(run, part))).map(([name, hash]) => [`${part}/${name}`, hash]),
  );
  return Object.fromEntries(parts) as Record<string, string>;
}

function factOf(event: RunEvent): [string, unknown] | undefined {
  if (event.type === "step-reported") {
    const { step, epoch, trainLoss, learningRate, tokens, supervisedTokens, metrics } = event;
    const { gradientNorm } = event;
    const figures = { epoch, trainLoss, learningRate, tokens, supervisedTokens, gradientNorm };
    return [`step ${step}`, { ...figures, metrics }];
  }
  if (event.type === "evaluation-finished") {
    const { step, validationLoss, metrics } = event;
    return [`evaluation ${step}`, { validationLoss, metrics }];
  }
  if (event.type !== "step-skipped") return undefined;
  const { step, reason, skippedSteps, inRow } = event;
  return [`skipped ${step}`, { reason, skippedSteps, inRow }];
}

/** Every number that was told of steps and evaluations, by what it is of. */
export function factsOf(run: string): Record<string, unknown> {
  const facts = readEvents(run).flatMap((event) => {
    const fact = factOf(event);
    return fact === undefined ? [] : [fact];
  });
  return Object.fromEntries(facts);
}
