// A chat template is a program from elsewhere: it is stopped when it asks too much, and cannot reach out.
import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { type Budget, defaultBudget, JinjaTemplate } from "../../../src/text/jinja/interpreter.ts";

function render(source: string, budget: Partial<Budget> = {}): string {
  return new JinjaTemplate(source, { ...defaultBudget, ...budget }).render({ messages: [] });
}

describe("over budget", () => {
  test.each([
    ["steps", "{% for i in range(25000) %}{% for j in range(25000) %}{% endfor %}{% endfor %}"],
    ["a long range", "{% for i in range(1000000000) %}x{% endfor %}"],
    ["a range that never ends", "{% for i in range(0, 1, 0) %}x{% endfor %}"],
    [
      "a text that doubles",
      `{% set ns = namespace(t='x') %}{% for i in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ns.t }}`,
    ],
    [
      "a list that doubles",
      `{% set ns = namespace(t=[1]) %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}`,
    ],
    ["output", "{% for i in range(100000) %}0123456789 0123456789{% endfor %}"],
    ["recursion", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"],
    ["size", `{# ${"x".repeat(300_000)} #}`],
    ["blanks", `{{ 1 }}${" ".repeat(100_000)}{{ 2 }}`],
  ])("%s", (_, source) => {
    const start = performance.now();
    expect(() => render(source)).toThrow(ModelError);
    // Far above what it takes, far below what it would take unbounded.
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test("time, when steps are not counted", () => {
    const source = "{% for i in range(25000) %}{% for j in range(25000) %}{% endfor %}{% endfor %}";
    expect(() => render(source, { steps: Infinity, milliseconds: 50 })).toThrow("too much time");
  });
});

describe("nothing outside is in reach", () => {
  test.each([
    "{{ ''.constructor.constructor('return process')() }}",
    "{{ messages.__class__.__mro__ }}",
    "{{ raise_exception.__globals__ }}",
    "{{ range.constructor('return 1')() }}",
    "{{ messages.__proto__.polluted }}",
    "{{ process.env.HOME }}",
    "{% include '/etc/passwd' %}",
  ])("%s", (source) => {
    let text = "";
    try {
      text = render(source);
    } catch (error) {
      expect(error).toBeInstanceOf(ModelError);
    }
    expect(text).toBe("");
  });
});

test("what is not Jinja is a model error with a way out", () => {
  expect(() => render("{% if %}")).toThrow(
    expect.objectContaining({ code: "FT-MODEL-023", hint: expect.stringContaining("--template") }),
  );
});
