// Lines of a set by their places in the list, fetched in pages before they are seen. A page is asked for after the last
// line of the page before where that is known, else by how many lines stand before it.
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import type { SetLine } from "./queries.ts";

export interface LineFilter {
  search?: string;
  status?: "active" | "removed" | "all";
  sort?: "index" | "score" | "-score";
}

type Lines = components["schemas"]["SetLines"];

export const linesInPage = 100;
/** Pages before and behind those that are seen. */
const ahead = 2;
const kept = 10 * 60_000;

export interface SeenLines {
  total: number | undefined;
  error: unknown;
  at: (place: number) => SetLine | undefined;
  /** Place in the list of the line of this row, as far as it is known. */
  placeOf: (rowAt: number) => number | undefined;
  see: (first: number, last: number) => void;
  retry: () => void;
}

export function useLines(reference: string, filter: LineFilter): SeenLines {
  const client = useQueryClient();
  const [pages, setPages] = useState<readonly number[]>([0]);
  const key = JSON.stringify([reference, filter]);
  const path = "/api/v1/data/{set}/lines";
  const keyOf = (page: number) => ["get", path, key, page] as const;
  const loaded = (page: number): Lines | undefined => client.getQueryData<Lines>(keyOf(page));
  const ask = async (page: number, signal: AbortSignal): Promise<Lines> => {
    const after = page === 0 ? null : (loaded(page - 1)?.next ?? null);
    const place = after === null ? { from: page * linesInPage } : { after };
    const query = { ...filter, ...place, limit: linesInPage };
    const asked = { params: { path: { set: reference }, query }, signal };
    return (await api.GET(path, asked)).data as Lines;
  };
  const results = useQueries({
    queries: pages.map((page) => ({
      queryKey: keyOf(page),
      queryFn: async ({ signal }: { signal: AbortSignal }) => await ask(page, signal),
      staleTime: 60_000,
      gcTime: kept,
    })),
  });
  const [counted, setCounted] = useState<{ key: string; rows: number }>();
  const newest = results.find(({ data }) => data !== undefined)?.data;
  const isNews = newest !== undefined && (counted?.key !== key || counted.rows !== newest.total);
  // what was counted stays while pages further on are on their way
  if (isNews) setCounted({ key, rows: newest.total });
  const total = counted?.key === key ? counted.rows : undefined;
  const failed = results.find(({ error, data }) => error !== null && data === undefined);
  return {
    total,
    error: failed?.error,
    at: (place) => loaded(Math.floor(place / linesInPage))?.lines[place % linesInPage],
    placeOf: (rowAt) => {
      for (const page of pages) {
        const found = loaded(page)?.lines.findIndex(({ at }) => at === rowAt) ?? -1;
        if (found !== -1) return page * linesInPage + found;
      }
      return undefined;
    },
    see: (first, last) => {
      const from = Math.max(0, Math.floor(first / linesInPage) - ahead);
      const most = Math.max(0, Math.ceil((total ?? 1) / linesInPage) - 1);
      const to = Math.min(most, Math.floor(last / linesInPage) + ahead);
      const next = Array.from({ length: Math.max(1, to - from + 1) }, (_, step) => from + step);
      setPages((before) =>
        before[0] === next[0] && before.at(-1) === next.at(-1) ? before : next,
      );
    },
    retry: () => {
      for (const { refetch, error } of results) if (error !== null) void refetch();
    },
  };
}
