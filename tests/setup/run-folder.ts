// One folder for everything a test run writes, inside the clone, gone when the run ends.
import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    runFolder: string;
  }
}

export function setup(project: TestProject): () => Promise<void> {
  const parent = path.join(project.config.root, ".local", "test");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, "run-"));
  project.provide("runFolder", folder);
  return () => rm(folder, { recursive: true, force: true });
}
