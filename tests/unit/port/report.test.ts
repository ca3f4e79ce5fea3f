// What a comparison's report says: which departs first, alone, inside; and that nothing does when nothing does.
import { describe, expect, test } from "vitest";
import { adviceOn, nextFiles } from "../../../dev/port/advice.ts";
import type { Difference } from "../../../dev/port/compare.ts";
import {
  asJson,
  departing,
  firstToDepart,
  isGood,
  type Report,
  summary,
  table,
} from "../../../dev/port/report.ts";

const at = (layer: string, relative = 1e-7, note = ""): Difference => ({
  ...{ layer, relative, note },
  tolerance: 5e-6,
});

function report(changes: Partial<Report["findings"]> = {}): Report {
  const layers = ["embedding", "blocks.0", "blocks.1", "norm", "logits"].map((name) => at(name));
  const findings = {
    ...{ layers, alone: [at("blocks.0"), at("blocks.1")], gradients: [] },
    parts: [at("blocks.0/mlp"), at("blocks.1/attn"), at("blocks.1/mlp")],
    ...{ onlyHere: [], onlyThere: [], ...changes },
  };
  return { fixture: "acme", blockPath: "model.layers", parameters: 9, unnoticed: [], findings };
}

const broken = report({
  layers: [
    at("embedding"),
    at("blocks.0", 4e-6),
    at("blocks.1", 0.25, "from token 3"),
    at("norm", 0.3),
    at("logits", Number.POSITIVE_INFINITY, "shape 2, expected 3"),
  ],
  alone: [at("blocks.0"), at("blocks.1", 0.2)],
  parts: [at("blocks.0/mlp", 1), at("blocks.1/attn"), at("blocks.1/mlp", 0.5)],
  onlyHere: ["mixer"],
});

describe("nothing departs", () => {
  test("there is no first, and the sentence counts zero", () => {
    expect(firstToDepart(report())).toBeUndefined();
    expect(departing(report())).toEqual([]);
    expect(summary(report())).toBe(
      "acme: 0 of 5 layers depart, 0 of 3 modules in blocks; largest 1.0e-7 (allowed 5e-6)",
    );
    expect(table(report())).not.toContain("First to depart");
  });

  test("every layer has a line, blocks under the checkpoint's path, parts none", () => {
    const lines = table(report()).split("\n");
    for (const name of ["embedding", "model.layers.0", "model.layers.1", "norm", "logits"])
      expect(lines.filter((line) => line.startsWith(`  ${name} `)).length, name).toBe(1);
    expect(table(report())).not.toContain("mlp");
  });
});

test("a switch that changes nothing is no departure, and not good either", () => {
  const found = { ...report(), unnoticed: ["sliding_window"] };
  expect(departing(found)).toEqual([]);
  expect(isGood(found)).toBe(false);
  expect(isGood(report())).toBe(true);
  expect(table(found)).toContain("Changes nothing here, but does in transformers: sliding_window.");
  expect(asJson(found)).toMatchObject({ unnoticed: ["sliding_window"] });
});

describe("something departs", () => {
  test("the first layer is named, and the first part of it, though parts of others depart too", () => {
    expect(firstToDepart(broken)).toEqual({ layer: "blocks.1", part: "mlp" });
    expect(departing(broken)).toEqual(["blocks.1", "norm", "logits"]);
  });

  test("the table shows the parts of that block, where it begins, and what departs by itself", () => {
    const text = table(broken);
    expect(text).toMatch(/model\.layers\.1 .*departs from token 3\n +attn .*\n +mlp .*departs/);
    expect(text).toContain("First to depart: model.layers.1, by 2.5e-1; in it, mlp departs first.");
    expect(text).toContain("Given transformers' input, these still depart: model.layers.1.");
    expect(text).toContain("Modules only here: mixer.");
    expect(text).toContain("acme: 3 of 5 layers depart");
    expect(text).toContain("departs shape 2, expected 3");
  });

  test("a gradient may be the only one, and is then the first", () => {
    const gradients = [at("loss"), at("model.norm.weight", 0.1)];
    const found = report({ gradients });
    expect(firstToDepart(found)).toEqual({ layer: "model.norm.weight" });
    expect(table(found)).toMatch(/∂ model\.norm\.weight .*departs/);
    const besides = table(report({ gradients, layers: [at("blocks.0", 1)] }));
    expect(besides).toMatch(/loss and 1 gradients +1\.0e-1 +depart, most model\.norm\.weight/);
    expect(besides).not.toContain("∂");
    expect(table(report({ gradients: [at("loss"), at("a", 2e-6)] }))).toMatch(
      /loss and 1 gradients +2\.0e-6 +most a\n/,
    );
  });

  test("as JSON: names, the first, null for what has no number", () => {
    const text = JSON.parse(JSON.stringify(asJson(broken)));
    expect(text).toMatchObject({
      fixture: "acme",
      departing: ["blocks.1", "norm", "logits"],
      first: { layer: "blocks.1", part: "mlp" },
    });
    expect(text.layers.at(-1)).toMatchObject({ layer: "logits", relative: null });
  });
});

describe("what to write next", () => {
  const refusal = { transformers: "9.9", near: ["llama"], message: "sizes do not divide" };

  test("a type that transformers does not know", () => {
    expect(adviceOn("lama", { ...refusal, refused: "unknown to transformers" })).toBe(
      "lama: transformers 9.9 has no such model type. Did you mean llama?",
    );
  });

  test("no specimen, a specimen that does not build, an architecture that is not registered", () => {
    const none = adviceOn("acme", { ...refusal, near: [], refused: "no specimen" });
    expect(none).toContain("make port-new acme");
    expect(none).toContain("dev/port/architectures/acme.py");
    const wrong = adviceOn("acme", { ...refusal, refused: "does not build" });
    expect(wrong).toContain("sizes do not divide");
    const files = nextFiles("acme", ".local/port");
    expect(files).toContain('acme: async () => (await import("./acme.ts")).acme,');
    for (const file of ["src/models/acme.ts", "src/models/registry.ts", "tests/contract/tiny-"])
      expect(files).toContain(file);
  });
});
