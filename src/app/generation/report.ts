// What generating came to, as plain data: rows and what is missing, calls and their price, how well the draws were met.
import type { Job, Spending } from "../../store/index.ts";
import { canBeTold } from "../../synth/domains/languages.ts";
import type { RowParts } from "../../synth/domains/row-request.ts";
import type { ShortfallReason } from "../../synth/make/gather.ts";
import { type Spent, spentOn } from "../data/making/spent.ts";
import type { Brought } from "./generated-rows.ts";

export interface CoverageSummary {
  drawn: number;
  /** The least p value of all parameters, of draws and of rows; null where there are none. */
  leastDrawn: Tested | null;
  leastRows: Tested | null;
}

export interface Tested {
  parameter: string;
  p: number;
}

export interface GenerateReport extends Spent {
  output: string;
  /** The dataset's number. */
  dataset: number;
  job: string;
  status: Job["status"];
  domain: string;
  subdomain: string;
  language: string;
  /** Whether texts of that language can be told from others. */
  isLanguageChecked: boolean;
  rows: number;
  shortfall: { count: number; reasons: ShortfallReason[] };
  /** Answers that did not count. */
  rejected: ShortfallReason[];
  /** Because another row said the same. */
  drawnAgain: number;
  hasPrice: boolean;
  provider: string;
  models: readonly string[];
  coverage: CoverageSummary;
}

interface Counted {
  brought: Brought;
  spending: Spending;
  job: Job;
  output: string;
  dataset: number;
}

function least(brought: Brought, of: "drawn" | "rows"): Tested | null {
  const tested = brought.coverage.parameters.flatMap(({ parameter, [of]: test }) =>
    test === null ? [] : [{ parameter, p: test.p }],
  );
  return tested.toSorted((a, b) => a.p - b.p)[0] ?? null;
}

export function reportOf(
  { brought, spending, job, output, dataset }: Counted,
  { domain, subdomain, language }: RowParts,
  plan: { provider: string; models: readonly string[]; toMake: number; hasPrice: boolean },
): GenerateReport {
  const { rows, reasons, drawnAgain, coverage } = brought;
  const missing = Math.max(0, plan.toMake - rows);
  const budget = {
    code: "budget",
    count: missing,
    message: "the budget allows no further request",
  };
  const isPaused = job.status === "paused";
  return {
    output,
    dataset,
    job: job.id,
    status: job.status,
    domain: domain.key,
    subdomain: subdomain.key,
    language: language.tag,
    isLanguageChecked: canBeTold(language),
    rows,
    shortfall: {
      count: missing,
      reasons: missing === 0 ? [] : [...(isPaused ? [budget] : []), ...reasons],
    },
    rejected: reasons,
    drawnAgain,
    ...spentOn(rows, spending),
    hasPrice: plan.hasPrice,
    provider: plan.provider,
    models: plan.models,
    coverage: {
      drawn: coverage.drawn,
      leastDrawn: least(brought, "drawn"),
      leastRows: least(brought, "rows"),
    },
  };
}
