// State that a reload keeps and a link carries: search parameters as if they were React state.
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

type Search = Record<string, string | undefined>;

/** The parameters of the address, and a function that changes some of them. An empty text takes one away. */
export function useUrlState(): [
  Search,
  (change: Search, how?: { replace?: boolean | undefined }) => void,
] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const change = useCallback(
    (values: Search, { replace = true }: { replace?: boolean | undefined } = {}) => {
      const to = { to: ".", search: (before: Search) => ({ ...before, ...values }), replace };
      void navigate(to as never);
    },
    [navigate],
  );
  return [search, change];
}

/** A part of the path: `$id` of `/runs/$id`. */
export function usePathPart(name: string): string {
  const parts = useParams({ strict: false }) as Record<string, string | undefined>;
  return parts[name] ?? "";
}
