// Every variable that the sources read is told by `ft info --env`, with where its value comes from and no secret whole.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allVariables } from "../../../src/app/settings/all-variables.ts";
import { root } from "../../support/documents.ts";
import { makeFolder } from "../../support/folders.ts";

/** Written in capitals beside reads of the environment, and none of it: codes of the system. */
const none = new Set(["EAI_AGAIN"]);

/** What a source reads of the environment: by name in brackets or after a dot, taken apart, or named in a constant. */
function variablesIn(source: string): string[] {
  const text = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const reads = /\b(?:env|environment)\??(?:\.|\[["'])([A-Z][A-Z0-9_]+)\b/g;
  const apart = /\{([^{}]*)\} = (?:process\.env|environment)\b/g;
  const named = /["']([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)["']/g;
  const isReader = /\benv\b|[eE]nvironment/.test(text);
  const takenApart = [...text.matchAll(apart)].flatMap(([, names = ""]) =>
    [...names.matchAll(/\b[A-Z][A-Z0-9_]+\b(?=\s*[,=:]|\s*$)/g)].map(([name]) => name),
  );
  const others = [...text.matchAll(reads), ...(isReader ? text.matchAll(named) : [])];
  return [...takenApart, ...others.map(([, name = ""]) => name)].filter((name) => !none.has(name));
}

/** The pages of the studio are built for a browser, which has no environment. */
function readBySources(): Set<string> {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts") && !file.includes("studio/web"));
  return new Set(
    sources.flatMap((file) => variablesIn(readFileSync(join(root, "src", file), "utf8"))),
  );
}

const empty = { FT_KEYCHAIN: "off", FT_HOME: makeFolder() };

test("every variable that is read is told, once, with what it means", () => {
  const told = allVariables(empty, makeFolder());
  const names = told.map(({ name }) => name);
  const read = readBySources();
  expect(read.size).toBeGreaterThan(50);
  expect([...read].filter((name) => !names.includes(name))).toEqual([]);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  expect(told.filter(({ about }) => about === "")).toEqual([]);
});

test("a read that nobody lists is found", () => {
  expect(variablesIn('const x = process.env["FT_NEW"];')).toEqual(["FT_NEW", "FT_NEW"]);
  expect(variablesIn("const x = environment.FT_NEW;")).toEqual(["FT_NEW"]);
  expect(variablesIn("const { PATH, FT_NEW = 1 } = process.env;")).toEqual(["PATH", "FT_NEW"]);
  expect(variablesIn('export const V = "FT_NEW"; type E = Environment;')).toEqual(["FT_NEW"]);
});

test("values have their origins, and secrets are masked", () => {
  const folder = makeFolder({ ".env": "TINKER_API_KEY=tml-from-the-file-9876\n" });
  const given = {
    ...empty,
    HF_TOKEN: "hf_0123456789abcdefghij",
    MLFLOW_TRACKING_PASSWORD: "short",
    DATABASE_URL: "postgres://me:hidden-word@localhost/ft",
    FT_SEED: "7",
  };
  const told = allVariables(given, folder);
  const by = (name: string) => told.find((one) => one.name === name);
  expect(by("HF_TOKEN")).toMatchObject({ value: "…ghij", source: "environment" });
  expect(by("MLFLOW_TRACKING_PASSWORD")).toMatchObject({ value: "…" });
  expect(by("TINKER_API_KEY")).toMatchObject({ value: "…9876", source: ".env" });
  expect(by("FT_SEED")).toMatchObject({ value: "7", source: "environment" });
  expect(by("FT_OPTIMIZATION_EPOCHS")).toMatchObject({ source: "default" });
  expect(JSON.stringify(told)).not.toMatch(/hidden-word|0123456789|short/);
});
