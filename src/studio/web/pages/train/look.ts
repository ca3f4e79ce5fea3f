// What a run with these settings would read and need, as the API tells it: the parts that this page draws.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import type { Filled } from "./form-state.ts";

export interface Report {
  warnings: string[];
  notes: string[];
  data: {
    rows: number;
    trainRows: number;
    validationRows: number;
    formatLine: string;
    tokens: number | null;
    supervisedTokens: number | null;
    truncated: number | null;
    dropped: number | null;
    padding: number | null;
  };
  steps: { total: number; perEpoch: number };
  memoryPlan: {
    residentBytes: number;
    availableBytes: number;
    fits: boolean;
    terms: Record<string, number>;
    changes: { change: string; residentBytes: number }[];
  } | null;
}

export type Sequence = components["schemas"]["PreviewSequence"];
export type PreviewRow = components["schemas"]["PreviewRow"];
export type Preview = components["schemas"]["RowsPreview"];

export const rowsAtOnce = 10;

/** Milliseconds of rest before rows are read anew. */
const rest = 500;

export function useLook(filled: Filled, row: number, isPossible: boolean) {
  const offset = Math.floor(row / rowsAtOnce) * rowsAtOnce;
  const [body] = useDebouncedValue({ ...filled, preview: { offset, limit: rowsAtOnce } }, rest);
  return $api.useQuery(
    "post",
    "/api/v1/train/look",
    { body },
    { placeholderData: keepPreviousData, enabled: isPossible, retry: false, staleTime: 60_000 },
  );
}
