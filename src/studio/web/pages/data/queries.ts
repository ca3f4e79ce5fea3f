// What the pages of one set ask for, and the addresses they have.
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";

export type SetEntry = components["schemas"]["SetEntry"];
export type SetFacts = components["schemas"]["SetFacts"];
export type SetLine = components["schemas"]["SetLine"];
export type SetRow = components["schemas"]["SetRow"];

/** What a change of a set's rows may change elsewhere. */
export const touched = [
  ...["/api/v1/data", "/api/v1/sets", "/api/datasets", "/api/v1/datasets"],
  "/api/v1/totals",
];

/** `12` → `/data/12`, `sets:support` → `/data/sets/support`. */
export const addressOf = (reference: string): string =>
  reference.startsWith("sets:")
    ? `/data/sets/${encodeURIComponent(reference.slice(5))}`
    : `/data/${reference}`;

export const useSet = (reference: string) =>
  $api.useQuery("get", "/api/v1/data/{set}", { params: { path: { set: reference } } });
