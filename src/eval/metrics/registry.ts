import { UsageError } from "../../core/errors.ts";
// The metrics of texts by their names, one line each; another is a line, or `register` from an extension.
import { Registry } from "../../core/registry.ts";
import { bleu } from "./bleu.ts";
import { chrf } from "./chrf.ts";
import {
  accuracy,
  exactMatch,
  f1,
  jsonMatch,
  jsonValid,
  normalizedMatch,
  numericMatch,
} from "./matches.ts";
import type { Metric } from "./metric.ts";
import { perplexity } from "./perplexity.ts";
import { rouge } from "./rouge.ts";
import { schemaValid } from "./schema-valid.ts";
import { sqlMatch } from "./sql-match.ts";
import { toolCallF1, toolCalls } from "./tool-calls.ts";

export const metrics = new Registry<Metric>(
  {
    rouge1: rouge("rouge1"),
    rouge2: rouge("rouge2"),
    rougeL: rouge("rougeL"),
    rougeLsum: rouge("rougeLsum"),
    bleu: bleu(),
    chrf: chrf(),
    "chrf++": chrf({ wordOrder: 2 }),
    exact_match: exactMatch,
    normalized_match: normalizedMatch,
    numeric_match: numericMatch,
    f1,
    accuracy,
    json_valid: jsonValid,
    json_match: jsonMatch,
    schema_valid: schemaValid,
    sql_match: sqlMatch,
    tool_calls: toolCalls,
    tool_call_f1: toolCallF1,
    perplexity,
  },
  ({ name, known, nearest }) =>
    new UsageError("FT-EVAL-002", {
      message: `Unknown metric '${name}'. Valid options: ${known.join(", ")}`,
      hint: nearest === undefined ? "--metrics exact_match,rougeL" : `did you mean '${nearest}'?`,
    }),
);
