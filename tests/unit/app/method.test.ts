// What `method`, `tuning` and `objective` say together: words, aliases, what is known but not built, contradictions.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import {
  builtMethods,
  chosenMethod,
  methodAliases,
  methods,
  methodsFor,
} from "../../../src/train/methods.ts";

function resolved(values: Record<string, unknown>, kind: "config" | "flag" = "config") {
  return resolveConfig([layer(kind, "ft.yaml", values)]);
}

function problemOf(values: Record<string, unknown>): string {
  try {
    resolved(values);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

test("twenty-one words and four more are known, three of them by another spelling too", () => {
  expect(methods.size).toBe(25);
  expect(["dora", "orpo", "simpo", "kto"].every((word) => methods.has(word))).toBe(true);
  expect([...methodAliases.values()].every((word) => methods.has(word))).toBe(true);
});

test("which methods learn from rows of a kind", () => {
  expect(methodsFor("preference")).toEqual(["dpo", "orpo", "simpo"]);
  expect(methodsFor("judged")).toEqual(["kto"]);
  expect(methodsFor("nothing")).toEqual([]);
});

describe("what is built", () => {
  test.each([
    ["lora", "lora", "lora"],
    ["dora", "dora", "dora"],
    ["full", "full", "full"],
    ["full_finetuning", "full", "full"],
    ["instruction", "instruction", "lora"],
    ["instruction_tuning", "instruction", "lora"],
  ])("%s", (word, method, tuning) => {
    const { config } = resolved({ method: word });
    expect(config.method).toBe(method);
    expect(chosenMethod(config)).toEqual({ tuning, objective: "supervised" });
  });

  test.each(["dpo", "orpo", "simpo", "kto"])("%s, on an adapter", (word) => {
    expect(chosenMethod(resolved({ method: word }).config)).toEqual({
      tuning: "lora",
      objective: word,
    });
  });

  test("by default: an adapter, supervised", () => {
    const { config, origins } = resolved({});
    expect([config.method, origins.get("method")]).toEqual(["lora", "default"]);
  });
});

test.each([...methods.keys()].filter((word) => !builtMethods().includes(word)))(
  "%s is told as not built, with what is",
  (word) => {
    expect(problemOf({ method: word })).toContain(`Method '${word}' is not built yet. Built: [`);
    expect(problemOf({ method: word })).toMatch(/\[lora, full,/);
  },
);

test("a slip of the pen is told as one", () => {
  expect(problemOf({ method: "instrution" })).toMatch(
    /Unknown method 'instrution'\. Valid options: \[lora, full, .*; did you mean instruction\?/,
  );
});

describe("tuning and objective", () => {
  test("take the place of the default method, and name it", () => {
    const { config, origins } = resolved({ tuning: "full" });
    expect([config.method, chosenMethod(config).tuning]).toEqual(["full", "full"]);
    expect(origins.get("method")).toBe("config:ft.yaml");
  });

  test("may say what the method says", () => {
    const said = { method: "full", tuning: "full", objective: "supervised" };
    expect(resolved(said).config).toMatchObject(said);
  });

  test("may not contradict it, whatever layers they come from", () => {
    const text = "tuning: full contradicts method lora, whose tuning is lora";
    expect(problemOf({ method: "lora", tuning: "full" })).toContain(text);
    const layers = [
      layer("config", "ft.yaml", { tuning: "full" }),
      layer("flag", "--method", { method: "lora" }),
    ];
    expect(() => resolveConfig(layers)).toThrow(text);
  });

  test("are refused when nobody registered them", () => {
    expect(problemOf({ tuning: "fll" })).toContain(
      "Unknown tuning 'fll'. Valid options: [lora, qlora, dora, full]",
    );
    expect(problemOf({ objective: "x" })).toContain("Unknown objective 'x'");
  });
});

describe("tests", () => {
  const folder = join(import.meta.dirname, "../../native/train");
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"));

  test.each(builtMethods())("%s has a file of them, its own or that of its family", (word) => {
    const isNamed = texts.some((text) => text.includes(`"${word}"`));
    expect(existsSync(join(folder, `${word}.test.ts`)) || isNamed).toBe(true);
  });
});
