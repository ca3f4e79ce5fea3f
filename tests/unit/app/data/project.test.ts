// A folder made ready for datasets, and what its config.yaml means to commands.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { environmentText, initProject } from "../../../../src/app/data/project/init.ts";
import { projectOptions, withProject } from "../../../../src/app/data/project/options.ts";
import { readProject } from "../../../../src/app/data/project/read.ts";
import { Project } from "../../../../src/app/data/project/schema.ts";
import { ConfigError } from "../../../../src/core/errors.ts";
import { optionsOf } from "../../../../src/core/options.ts";
import { providerVariables } from "../../../../src/providers/environment.ts";
import { makeFolder } from "../../../support/folders.ts";
import { refusal } from "../../../support/refusal.ts";

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});

test("a new folder has every key, every variable, the prompts, and keeps its keys out of git", async () => {
  const made = await initProject(folder);
  expect(made.written).toEqual(
    expect.arrayContaining(["config.yaml", ".env", ".env.example", ".gitignore"]),
  );
  const text = readFileSync(join(folder, "config.yaml"), "utf8");
  expect(parse(text)).toEqual(Project.parse({}));
  for (const { path, description } of optionsOf(Project)) {
    expect(text).toContain(`${path.at(-1)}:`);
    expect(text).toContain(description);
  }
  for (const name of providerVariables()) expect(environmentText()).toContain(`\n${name}=\n`);
  expect(readFileSync(join(folder, ".gitignore"), "utf8").split("\n")).toContain(".env");
  expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
  expect(made.written).toContain(join("prompts", "create.md"));
});

test("what is there stays", async () => {
  writeFileSync(join(folder, ".env"), "OPENAI_API_KEY=mine\n");
  writeFileSync(join(folder, ".gitignore"), "dist");
  const made = await initProject(folder);
  expect(made.kept).toEqual([".env"]);
  expect(readFileSync(join(folder, ".env"), "utf8")).toBe("OPENAI_API_KEY=mine\n");
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("dist\n.env\noutput_datasets/\n");
  expect((await initProject(folder)).written).toEqual([]);
});

test("its values stand in for options that were not given", async () => {
  await initProject(folder);
  const file = join(folder, "config.yaml");
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replace("size: 100", "size: 7").replace("provider: auto", "provider: ollama"),
  );
  expect(projectOptions(readProject(folder), ["count", "variety", "yes"])).toEqual({
    count: 7,
    variety: "medium",
  });
  expect(withProject(readProject(folder), {})).toEqual({ AGENT_PROVIDER: "ollama" });
  expect(withProject(readProject(folder), { AGENT_PROVIDER: "local" })).toEqual({
    AGENT_PROVIDER: "local",
  });
});

test("another program's config.yaml means nothing here", () => {
  writeFileSync(join(folder, "config.yaml"), "title: a site\nprovider: [1, 2]\n");
  expect(readProject(folder)).toBeUndefined();
  expect(readProject(makeFolder())).toBeUndefined();
});

test("what is wrong in it is told by line, all of it", () => {
  const text = "dataset:\n  size: many\n  sise: 3\nagent:\n  create:\n    variety: wild\n";
  writeFileSync(join(folder, "config.yaml"), text);
  const told = refusal(() => readProject(folder), ConfigError);
  const all = [told.message, ...told.problems].join("\n");
  expect(all).toContain("config.yaml:2: dataset.size");
  expect(all).toContain("config.yaml:3: unknown key dataset.sise; did you mean dataset.size?");
  expect(all).toContain("config.yaml:6: agent.create.variety");
});

test("without a file nothing stands in, and the environment is as it was", () => {
  expect(projectOptions(readProject(folder), ["count"])).toEqual({});
  const environment = { AGENT_PROVIDER: "mistral" };
  expect(withProject(readProject(folder), environment)).toEqual(environment);
});
