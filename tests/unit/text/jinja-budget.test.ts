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
    ...["a", "a | tojson", "a | join", "a | string", "a ~ 'x'", "[a] | tojson(indent=2)"].map(
      (printed): [string, string] => [
        `a list of ten of itself, sixty times over: ${printed}`,
        `{% set a = [] %}${"{% set a = [a, a, a, a, a, a, a, a, a, a] %}".repeat(60)}{{ ${printed} }}`,
      ],
    ),
    [
      "objects that share",
      `{% set a = {} %}${"{% set a = {'x': a, 'y': a, 'z': a} %}".repeat(60)}{{ a | tojson }}`,
    ],
    [
      "namespaces that share",
      `{% set a = namespace(x=1) %}${"{% set a = namespace(x=[a, a, a], y=[a, a]) %}".repeat(60)}{{ [a] }}`,
    ],
    ["a namespace that holds itself", "{% set a = namespace() %}{% set a.x = a %}{{ a }}"],
    ["a long indent", "{{ [[[[1]]]] | tojson(indent=1000000000) }}"],
    ["a long separator", `{{ range(99999) | list | join("${"z".repeat(200)}") }}`],
    ["lines indented far", "{{ ('a\n' ~ 'b\n') | indent(1000000000) }}"],
    ...["| replace('a', big)", ".replace('a', big)", "['replace']('a', big)"].map(
      (replacing): [string, string] => [
        `a text that replaces each letter by a long one: ${replacing}`,
        `{% set ns = namespace(t='a') %}{% for i in range(18) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{% set big = ns.t %}{{ big ${replacing} }}`,
      ],
    ),
    [
      "one long text looked for in another",
      `{% set ns = namespace(t='a') %}{% for i in range(19) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ('b' ~ ns.t[:200000]) in ns.t }}`,
    ],
    ["recursion", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"],
    ["size", `{# ${"x".repeat(300_000)} #}`],
    ["blanks", `{{ 1 }}${" ".repeat(100_000)}{{ 2 }}`],
  ])("%s", (_, source) => {
    const start = performance.now();
    expect(() => render(source)).toThrow(ModelError);
    expect(() => render(source)).toThrow(
      /was stopped|is too large|blanks without end|failed: RangeError|got UndefinedValue/,
    );
    // Far above what it takes, far below what it would take unbounded.
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test("time, when steps are not counted", () => {
    const source = "{% for i in range(25000) %}{% for j in range(25000) %}{% endfor %}{% endfor %}";
    expect(() => render(source, { steps: Infinity, milliseconds: 50 })).toThrow("too much time");
  });
});

test("all rows together have a limit too", () => {
  const slow = "{% for i in range(300) %}{% for j in range(300) %}{% endfor %}{% endfor %}";
  const budget = { ...defaultBudget, allMilliseconds: 40, eachMilliseconds: 1 };
  const template = new JinjaTemplate(slow, budget);
  const many = (): void => {
    for (let row = 0; row < 400; row++) template.render({});
  };
  expect(many).toThrow("too much time over all rows");
  const quick = new JinjaTemplate("{{ 1 }}", { ...budget, allMilliseconds: 2_000 });
  for (let row = 0; row < 400; row++) expect(quick.render({})).toBe("1");
});

test("large values that are not printed many times over are fine", () => {
  const source =
    "{% set a = range(1000) | list %}{% set b = [a, a, a] %}{{ b[1][7] }}{{ (b | tojson) | length }}";
  expect(render(source)).toBe("714676");
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
