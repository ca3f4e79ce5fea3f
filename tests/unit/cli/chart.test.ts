// Curves drawn with dots, and the figures that stand for them where there is no terminal.
import { expect, test } from "vitest";
import { chartText, figuresText } from "../../../src/cli/render/chart.ts";

const falling = Array.from({ length: 50 }, (_, at) => ({ step: at + 1, value: 5 - at / 10 }));
const lines = [{ label: "training loss", points: falling, color: "36" }];

test("a falling line goes from the upper left to the lower right", () => {
  const rows = chartText(lines, { width: 60, isColored: false }).split("\n");
  expect(rows[0]).toMatch(/^ {3}5\.000 ┤[^⠀]/u);
  expect(rows[9]).toMatch(/^ {2}0\.1000 ┤⠀+.*[^⠀]$/u);
  expect(rows[10]).toMatch(/└step 1 +50$/);
  expect(rows.slice(0, 10).every((row) => row.length === 60)).toBe(true);
});

test("colour only where it is wanted; nothing for a single point", () => {
  expect(chartText(lines, { width: 60, isColored: true })).toContain("\u001b[36m");
  expect(chartText(lines, { width: 60, isColored: false })).not.toContain("\u001b");
  const single = [{ label: "x", points: falling.slice(0, 1), color: "36" }];
  expect(chartText(single, { width: 60, isColored: false })).toBe("");
});

test("without a terminal ten figures, the first and the last among them", () => {
  const text = figuresText({ label: "training loss", points: falling });
  expect(text).toMatch(/^training loss, by step: 1: 5\.000, .*, 50: 0\.1000$/);
  expect(text.split(", ").length).toBe(11);
  expect(figuresText({ label: "training loss", points: [] })).toBe("");
});
