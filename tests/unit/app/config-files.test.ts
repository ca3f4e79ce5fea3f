import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfigFile, saveConfigFile, toYaml } from "../../../src/app/config/files.ts";
import { layer } from "../../../src/app/config/layers.ts";
import { profiles } from "../../../src/app/config/profiles.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import type { RunConfig } from "../../../src/app/config/schema.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import { packageRoot } from "../../../src/core/paths.ts";
import { makeFile, makeFolder } from "../../support/folders.ts";

const load = (file: string): RunConfig => resolveConfig([readConfigFile("config", file)]).config;

describe("round trip", () => {
  test.each(["defaults", ...profiles.names()])(
    "%s: load, save, load is identical",
    async (name) => {
      const layers = name === "defaults" ? [] : [layer("profile", name, { ...profiles.get(name) })];
      const odd = {
        model: { name: "org/name: with #signs" },
        optimization: { learning_rate: 1e-7 },
      };
      const { config } = resolveConfig([...layers, layer("argument", "", odd)]);
      const file = join(makeFolder(), "c.yml");
      await saveConfigFile(file, config);
      const again = load(file);
      expect(again).toEqual(config);
      expect(toYaml(again)).toBe(readFileSync(file, "utf8"));
    },
  );

  test("JSON is read as well", () => {
    const file = makeFile("c.json", '{"lora": {"r": 12}}');
    expect(load(file).lora.r).toBe(12);
  });

  test("UTF-16 with its mark, as Windows writes it; other bytes are refused, not taken for signs", () => {
    expect(load(makeFile("c.yml", Buffer.from("\uFEFFlora: {r: 12}\n", "utf16le"))).lora.r).toBe(
      12,
    );
    const latin = makeFile("c.yml", Buffer.from("output_dir: caf\xe9\n", "latin1"));
    expect(() => load(latin)).toThrow("the file is not UTF-8 text");
  });

  test("a group that holds itself is refused", () => {
    expect(() => load(makeFile("c.yml", "lora: &x\n  r: *x\n"))).toThrow(/Invalid YAML format/);
  });

  test("a list may be written as words with commas", () => {
    const file = makeFile("c.yml", "lora:\n  target_modules: q_proj, o_proj\n");
    expect(load(file).lora.target_modules).toEqual(["q_proj", "o_proj"]);
  });
});

describe("merge keys", () => {
  const shared = (rank: string): string => `x-shared: &shared
  batch_size: 4
  warmup_steps: 7
optimization:
  <<: *shared
  batch_size: 2
x-more: [&small {r: ${rank}}, &strong {alpha: 64}]
lora:
  <<: [*small, *strong]
`;

  test("<< puts one group into another; keys that begin with x- are the writer's own", () => {
    const { optimization, lora } = load(makeFile("c.yml", shared("12")));
    expect(optimization).toMatchObject({ batch_size: 2, warmup_steps: 7 });
    expect(lora).toMatchObject({ r: 12, alpha: 64 });
  });

  test("what is wrong in a merged group is found where it stands", () => {
    const file = makeFile("c.yml", shared("many"));
    expect(() => load(file)).toThrow(`${file}:7: lora.r: expected a number, not "many"`);
  });

  test("a group merged into itself is an error of the text", () => {
    const file = makeFile("c.yml", "lora: &lora\n  <<: *lora\n  r: many\n");
    expect(() => load(file)).toThrow(ConfigError);
  });
});

describe("files that are not configurations", () => {
  test("missing", () => {
    expect(() => load("nowhere/c.yml")).toThrow("Configuration file not found: nowhere/c.yml");
  });

  test("a folder", () => {
    const folder = makeFolder();
    expect(() => load(folder)).toThrow(`Configuration file not found: ${folder}`);
  });

  test("empty, or only comments", () => {
    for (const text of ["", "# nothing\n"]) {
      const file = makeFile("c.yml", text);
      expect(() => load(file)).toThrow(`Configuration file is empty: ${file}`);
    }
  });

  test("not YAML: the line is named", () => {
    const file = makeFile("c.yml", "lora:\n  r: 8\n alpha: [1\n");
    expect(() => load(file)).toThrow(/c\.yml, line \d: Invalid YAML format: /);
  });

  test("a list at the top", () => {
    const file = makeFile("c.yml", "- 1\n- 2\n");
    expect(() => load(file)).toThrow("Invalid YAML format: expected keys and values at the top");
  });

  test("aliases cannot blow a file up", () => {
    const grow = (name: string, of: string): string => `${name}: &${name} [${`*${of},`.repeat(9)}]`;
    const names = "abcdefghi".split("");
    const text = ["a0: &a0 [x]", ...names.map((name, at) => grow(name, names[at - 1] ?? "a0"))];
    const file = makeFile("c.yml", text.join("\n"));
    expect(() => load(file)).toThrow();
  });
});

test.each(["production.yml", "quick-smollm2.yaml", "quick-tiny.yaml"])(
  "configs/%s is valid",
  (name) => {
    const config = load(join(packageRoot(), "configs", name));
    expect(config.model.name).not.toBe("");
    expect(config.data.train_file).not.toBe("");
  },
);

test("configs/production.yml asks for no precision that only some backends are fast in", () => {
  expect(load(join(packageRoot(), "configs", "production.yml")).model.torch_dtype).toBe("auto");
});
