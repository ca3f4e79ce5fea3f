// What of a task in lm-eval's form is taken, what is refused by name, and how answers are filtered and compared.
import { describe, expect, test } from "vitest";
import { choicesOf, contextOf, targetOf } from "../../../src/eval/tasks/task-doc.ts";
import { parseTask } from "../../../src/eval/tasks/task-file.ts";
import {
  choiceScores,
  exactMatch,
  filtered,
  usualMetrics,
} from "../../../src/eval/tasks/task-scores.ts";

const plain = `
task: t
dataset_kwargs: { data_files: rows.jsonl }
doc_to_text: "Q: {{q}}"
doc_to_target: a
`;
const parse = (more: string): ReturnType<typeof parseTask> => parseTask(plain + more, "t.yaml");

const problemsOf = (more: string): string => {
  try {
    parse(more);
  } catch (error) {
    return (error as { problems?: string[] }).problems?.join("; ") ?? String(error);
  }
  return "none";
};

describe("refused", () => {
  const refusals: [more: string, told: RegExp][] = [
    ["process_docs: !function utils.process", /!function utils\.process: Python is not run/],
    ["process_results: utils.go", /process_results/],
    ["dataset_name: main", /dataset_name/],
    ["metric_list: [{ metric: bleu }]", /metric_list\.0\.metric/],
    ["metric_list: [{ metric: acc }]", /acc is no score of generate_until/],
    ["output_type: multiple_choice", /doc_to_choice: is missing/],
    ["num_fewshot: 2", /first_n/],
    ["generation_kwargs: { do_sample: true }", /do_sample/],
    ["output_type: [", /flow/i],
  ];
  test.each(refusals)("%s", (more, told) => expect(problemsOf(more)).toMatch(told));
});

test("context, target and choices", () => {
  const task = parse(
    'doc_to_choice: "{{ [x, q] }}"\noutput_type: multiple_choice\nnum_fewshot: 1\n' +
      'fewshot_config: { sampler: first_n }\ndescription: "D {{q}}\\n"',
  );
  const doc = { q: "it's", a: 1, x: 'say "x"' };
  expect(choicesOf(task, doc)).toEqual(['say "x"', "it's"]);
  expect(targetOf(task, doc)).toBe(1);
  const shot = { q: "one", a: 0, x: "first" };
  expect(contextOf(task, doc, [shot])).toBe("D it's\nQ: one first\n\nQ: it's");
});

test("answers are filtered as lm-eval filters them", () => {
  const regex = (more: object): object & { function: string } => ({ function: "regex", ...more });
  const cases: [string, object, string][] = [
    ["so it is #### 1,200 .", {}, "1,200"],
    ["none", {}, "[invalid]"],
    ["none", { fallback: "?" }, "?"],
    ["1 and 2 and 3", { regex_pattern: "[0-9]", group_select: -1 }, "3"],
    ["b) or (c)", { regex_pattern: "([a-z])\\)|\\(([a-z])" }, "b"],
    ["x7", { regex_pattern: "(?P<digit>[0-9])" }, "7"],
  ];
  for (const [answer, more, wanted] of cases)
    expect(filtered(answer, [regex(more)], "t.yaml")).toBe(wanted);
  expect(filtered("  A ", [{ function: "remove_whitespace" }, { function: "lowercase" }], "")).toBe(
    "a",
  );
  expect(() => filtered("a", [{ function: "custom" }], "t.yaml")).toThrow(
    /Unknown filter 'custom'/,
  );
});

test("scores", () => {
  const [metric] = usualMetrics(
    parse("metric_list: [{ metric: exact_match, ignore_case: true, regexes_to_ignore: [','] }]"),
  );
  if (metric === undefined) throw new TypeError("there is one");
  expect(exactMatch("1,0 A", "10 a", [], metric)).toBe(1);
  expect(exactMatch("b", ["a", "b"], [], metric)).toBe(1);
  expect(exactMatch("b", 1, ["a", "b"], metric)).toBe(1);
  expect(exactMatch("b ", "b", [], metric)).toBe(0);
  const sums = [-3, -4].map((sum) => ({ sum, tokens: 1, isGreedy: false }));
  // −3/1 is less likely a character than −4/4
  expect(choiceScores(sums, ["a", "four"], 0)).toEqual({ chosen: 0, acc: 1, acc_norm: 0 });
  expect(choiceScores(sums, ["a", "four"], "four")).toMatchObject({ acc: 0, acc_norm: 1 });
});
