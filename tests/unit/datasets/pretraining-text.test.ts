// What builtin/tiny is pre-trained on: never the form of the questions that it is tuned on, and always the same.
import { expect, test } from "vitest";
import { questionForms } from "../../../dev/datasets/questions.ts";
import { drawDocument, mixtures } from "../../../dev/tiny/corpus.ts";
import { Random } from "../../../src/core/random.ts";

function documents(mixture: keyof typeof mixtures, count: number): string[] {
  const random = Random.fromSeed(5);
  return Array.from({ length: count }, () => drawDocument(random, mixtures[mixture]));
}

/** A wording with its placeholders open, so that it is found whatever stands in them. */
function pattern(wording: string): RegExp {
  const fixed = wording.split(/\{\w+\}/).map((part) => part.replaceAll(/[.?]/g, "\\$&"));
  return new RegExp(fixed.join("[^\\n]+?"));
}

test("no document asks as the questions do", () => {
  const text = documents("everything", 4000).join("\n");
  expect(text).not.toContain("Question:");
  const wordings = questionForms.flatMap((form) => form.wordings);
  expect(wordings.length).toBeGreaterThan(40);
  expect(wordings.filter((wording) => pattern(wording).test(text))).toEqual([]);
});

test.each(["copying", "bridge", "everything"] as const)("%s: a seed gives one text", (mixture) => {
  expect(documents(mixture, 50)).toEqual(documents(mixture, 50));
});
