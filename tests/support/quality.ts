// A set judged by a scripted service, in this process: rows, settings and files for tests.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  judgeDataset,
  type QualityReport,
  type QualityRequest,
  type QualityTalk,
} from "../../src/app/quality/run-quality.ts";
import { rowChecks } from "../../src/synth/quality/checks/registry.ts";
import { criteria } from "../../src/synth/quality/criteria/registry.ts";
import { QualitySettings } from "../../src/synth/quality/settings.ts";
import { FakeProvider, type FakeScript } from "./fake-provider.ts";
import { makeFolder } from "./folders.ts";

export const qualitySettings = (own: Partial<QualitySettings> = {}): QualitySettings =>
  QualitySettings.parse({
    autoRemove: true,
    checks: rowChecks.names(),
    criteria: criteria.names(),
    ...own,
  });

export interface QualityPlace {
  folder: string;
  fake: FakeProvider;
  request: QualityRequest;
  environment: Record<string, string>;
  judge(
    settings?: Partial<QualitySettings>,
    request?: Partial<QualityRequest>,
    talk?: Partial<QualityTalk>,
  ): Promise<QualityReport>;
  lines(name: string): Record<string, unknown>[];
}

/** A folder with rows, and how they are judged there. */
export async function qualityPlace(
  rows: readonly unknown[],
  script: FakeScript,
): Promise<QualityPlace> {
  const folder = makeFolder();
  const file = join(folder, "rows.jsonl");
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const fake = await FakeProvider.start(script);
  const environment = { FT_HOME: join(folder, "home") };
  const request: QualityRequest = {
    ...{ file, output: join(folder, "improved.jsonl"), quarantine: join(folder, "out.jsonl") },
    ...{ report: join(folder, "report.json"), settings: qualitySettings(), retries: 3 },
    ...{ provider: "openai", models: ["gpt-4o-mini"], baseUrl: `${fake.origin}/v1`, timeout: 10 },
  };
  return {
    ...{ folder, fake, request, environment },
    judge: async (settings = {}, own = {}, talk = {}) =>
      await judgeDataset({ ...request, settings: qualitySettings(settings), ...own }, environment, {
        allow: () => Promise.resolve(true),
        ...talk,
      }),
    lines: (name) =>
      readFileSync(join(folder, name), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
