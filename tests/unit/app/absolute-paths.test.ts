import { homedir } from "node:os";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { RunConfigSchema } from "../../../src/app/config/schema.ts";
import { withAbsolutePaths } from "../../../src/app/train/absolute-paths.ts";
import { makeFolder } from "../../support/folders.ts";

test("files that are there, and folders to be made, no longer depend on the working folder", () => {
  const folder = makeFolder({ "rows.jsonl": "", "t.txt": "", "model/config.json": "" });
  const at = (name: string): string => relative(process.cwd(), join(folder, name));
  const given = RunConfigSchema.parse({
    model: { name: at("model"), cache_dir: at("cache") },
    data: {
      train_file: at("rows.jsonl"),
      validation_file: at("rows.jsonl"),
      template: at("t.txt"),
    },
    lora: { init_adapter: at("model") },
    output_dir: "~/runs/one",
  });
  expect(withAbsolutePaths(given)).toMatchObject({
    model: { name: join(folder, "model"), cache_dir: join(folder, "cache") },
    data: {
      train_file: join(folder, "rows.jsonl"),
      validation_file: join(folder, "rows.jsonl"),
      template: join(folder, "t.txt"),
    },
    lora: { init_adapter: join(folder, "model") },
    output_dir: join(homedir(), "runs", "one"),
  });
});

test("names stay names", () => {
  const given = RunConfigSchema.parse({
    model: { name: "org/model" },
    data: { train_file: "wikisql-chat", template: "Q: {user} A: {assistant}" },
    output_dir: "/tmp/out",
  });
  expect(withAbsolutePaths(given)).toEqual(given);
});
