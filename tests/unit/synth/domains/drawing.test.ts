// Drawn by weight, the same again by seed, and counted against what was asked for.
import { expect, test } from "vitest";
import { loadDomains } from "../../../../src/synth/domains/catalogue.ts";
import { chiSquare, chiSquareTail } from "../../../../src/synth/domains/chi-square.ts";
import { coverageOf } from "../../../../src/synth/domains/coverage.ts";
import { drawScenario, exchangesOf, type Scenario } from "../../../../src/synth/domains/draw.ts";

const domains = loadDomains({ FT_HOME: "/nowhere" });

test.each([
  [3.841458820694124, 1, 0.05],
  [18.30703805327515, 10, 0.05],
  [2.558212, 10, 0.99],
  [0.5, 2, Math.exp(-0.25)],
  [40, 2, Math.exp(-20)],
  [124.342, 100, 0.05],
])("chi-square %d of %d degrees has the p value of the tables", (statistic, degrees, p) => {
  expect(chiSquareTail(statistic, degrees) / p).toBeCloseTo(1, 4);
});

test("counts that do not fit their shares are told", () => {
  expect(chiSquare([500, 500], [0.6, 0.4])!.p).toBeLessThan(1e-9);
  expect(chiSquare([60, 40], [0.6, 0.4])).toMatchObject({ statistic: 0, p: 1, isRough: false });
  expect(chiSquare([2, 1], [0.6, 0.4])).toMatchObject({ isRough: true });
  expect(chiSquare([0, 0], [0.6, 0.4])).toBeUndefined();
});

const draws = 10_000;

const drawn = (name: string, seed: number, count = draws): Scenario[] => {
  const domain = domains.get(name);
  const [subdomain] = domain.subdomains;
  return Array.from({ length: count }, (_, row) =>
    drawScenario(domain, subdomain!, { seed, row, draw: 0 }),
  );
};

/** Tests here, so that one p value below 0.05 in 20 is no wonder. */
const tests = domains.all().flatMap(({ parameters }) => parameters).length + 12;

test.each(domains.all().map(({ key }) => key))(
  "%s: 10,000 draws are within 2 % of every weight, and chi-square finds nothing",
  (key) => {
    const domain = domains.get(key);
    const { parameters } = coverageOf(domain, drawn(key, 7), []);
    expect(parameters.map(({ parameter }) => parameter)).toEqual([
      ...domain.parameters.map(({ name }) => name),
      "exchanges",
    ]);
    for (const { values, drawn: told } of parameters) {
      for (const { asked, drawn: count } of values) {
        expect(Math.abs(count / draws - asked)).toBeLessThan(0.02);
      }
      expect(values.reduce((sum, { drawn: count }) => sum + count, 0)).toBe(draws);
      expect(told!.p).toBeGreaterThan(0.01 / tests);
    }
  },
);

test("five parameters are common to all domains, with the weights asked for", () => {
  const { parameters } = domains.get("support");
  const common = parameters.filter(({ isCommon }) => isCommon);
  const weights = common.map(({ name, values }) => [name, values.map(({ weight }) => weight)]);
  expect(Object.fromEntries(weights)).toEqual({
    conversation_type: [60, 40],
    complexity_level: [30, 50, 20],
    question_structure: [25, 25, 20, 15, 15],
    communication_style: [70, 15, 10, 5],
    emotional_tone: [40, 15, 10, 10, 10, 5, 5, 5],
  });
});

test("the same seed and row give the same scenario; another seed, row or draw another", () => {
  const again = drawn("legal", 3, 50);
  expect(drawn("legal", 3, 50)).toEqual(again);
  expect(drawn("legal", 4, 50)).not.toEqual(again);
  const domain = domains.get("legal");
  const place = { seed: 3, row: 0 };
  const [first, ...more] = [0, 1, 2, 3].map((draw) =>
    drawScenario(domain, domain.subdomains[0]!, { ...place, draw }),
  );
  expect(first).toEqual(again[0]);
  expect(more.some(({ values }) => values !== first!.values)).toBe(true);
  expect(again.map(({ values }) => values["practice_area"])).not.toEqual(
    again.map(() => again[0]!.values["practice_area"]),
  );
});

test("another parameter in the file changes no other draw", () => {
  const domain = domains.get("medical");
  const [subdomain] = domain.subdomains;
  const fewer = { ...domain, parameters: domain.parameters.slice(2) };
  for (let row = 0; row < 50; row++) {
    const place = { seed: 1, row, draw: 0 };
    const { values } = drawScenario(domain, subdomain!, place);
    expect(values).toMatchObject(drawScenario(fewer, subdomain!, place).values);
  }
});

test.each([
  ["support", { conversation_type: "question_answer" }, 1, 1],
  ["support", { conversation_type: "multi_turn" }, 2, 5],
  ["medical", { conversation_type: "explanation" }, 1, 1],
  ["medical", { conversation_type: "consultation" }, 2, 5],
  ["legal", { document_type: "brief" }, 1, 1],
  ["legal", { document_type: "legal_letter" }, 2, 4],
  ["education", { content_type: "assessment" }, 1, 1],
  ["education", { content_type: "tutoring" }, 2, 6],
  ["business", { document_type: "presentation" }, 1, 1],
  ["business", { document_type: "email" }, 2, 4],
  ["technical", { document_type: "specification" }, 1, 1],
  ["technical", { document_type: "guide" }, 1, 3],
  ["sales", {}, 3, 6],
  ["financial", { report_type: "earnings_report" }, 1, 1],
  ["financial", { report_type: "forecast" }, 1, 3],
  ["research", {}, 1, 1],
  ["coaching", {}, 4, 8],
  ["creative", {}, 1, 1],
  ["meetings", {}, 1, 1],
])("%s with %o has %d to %d exchanges", (name, values, least, most) => {
  const domain = domains.get(name);
  expect(exchangesOf(domain, values as Record<string, string>)).toEqual({ least, most });
  const matching = drawn(name, 5, 600).filter((one) =>
    Object.entries(values).every(([key, value]) => one.values[key] === value),
  );
  const counts = matching.map(({ exchanges }) => exchanges);
  expect([Math.min(...counts), Math.max(...counts)]).toEqual([least, most]);
});

test("the report sets what was asked for beside what was drawn and what the set has", () => {
  const domain = domains.get("support");
  const all = drawn("support", 1, 400);
  // of the rows that came of it, none is by phone
  const rows = all
    .filter(({ values }) => values["channel"] !== "phone")
    .map(({ values, exchanges }) => ({ ...values, exchanges }));
  const told = coverageOf(domain, all, [...rows, { domain: "support" }]);
  expect(told).toMatchObject({ domain: "support", drawn: 400, rows: rows.length + 1 });
  const channel = told.parameters.find(({ parameter }) => parameter === "channel")!;
  expect(channel.values.map(({ value, asked }) => [value, asked])).toEqual([
    ["chat", 0.6],
    ["email", 0.3],
    ["phone", 0.1],
  ]);
  expect(channel.values[2]).toMatchObject({ rows: 0 });
  expect(channel.others).toBe(1);
  expect(channel.drawn!.p).toBeGreaterThan(0.01);
  expect(channel.rows!.p).toBeLessThan(1e-6);
  const exchanges = told.parameters.find(({ parameter }) => parameter === "exchanges")!;
  expect(exchanges.values.map(({ value, asked }) => [value, asked])).toEqual([
    ["1", 0.6],
    ["2", 0.1],
    ["3", 0.1],
    ["4", 0.1],
    ["5", 0.1],
  ]);
});
