// Pages of lists as OpenAI's API has them: so many, behind the one of an id.

export interface PageAfter {
  /** Id of the last one seen; from the first where it is not given, or not there. */
  after?: string | undefined;
  limit: number;
}

export function pageAfter<T extends { id: string }>(
  all: readonly T[],
  { after, limit }: PageAfter,
): { items: T[]; hasMore: boolean } {
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  return { items: all.slice(from, from + limit), hasMore: all.length > from + limit };
}
