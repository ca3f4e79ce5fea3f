// The accepted conversations of a review as a dataset: words from the documents' texts, with where each comes from.
import type { Environment } from "../../core/paths.ts";
import type { Store } from "../../store/index.ts";
import {
  createFilledDataset,
  datasetsFolder,
  fileInStep,
  type NewExample,
  type PlatformDataset,
} from "../../store/platform/index.ts";
import {
  changeReview,
  listConversations,
  listSources,
  notNow,
  readReview,
  type ReviewConversation,
  statusCounts,
} from "../../store/reviews/index.ts";
import type { OnRow } from "../platform/index.ts";
import { formattedRow } from "../platform/row-format.ts";
import { type ReviewPlace, textOf, wordsOf } from "./corrections.ts";
import type { SourceText } from "./source-text.ts";

const page = 200;

/** Rows that are no rows to train on, told by where they stand. */
export interface RefusedConversation {
  conversation: number;
  why: string;
}

export interface MadeOfReview {
  dataset: PlatformDataset;
  refused: RefusedConversation[];
}

function rowOf(
  { messages, rule, confidence, isChanged }: ReviewConversation,
  text: SourceText,
  source: string,
): NewExample {
  const said = messages.map((message) => {
    const { role, name } = message;
    const content = wordsOf(text, message);
    return name === undefined ? { role, content } : { role, name, content };
  });
  const metadata = { source, rule, confidence, ...(isChanged && { corrected: true }) };
  return { content: { messages: said }, metadata };
}

async function* acceptedRows(
  place: ReviewPlace,
  refused: RefusedConversation[],
  onRow?: OnRow,
): AsyncGenerator<NewExample> {
  const { store, reviewId } = place;
  const names = new Map(
    (await listSources(store.db, reviewId)).map(({ id, name }) => [id, name] as const),
  );
  for (let after: string | undefined; ;) {
    const query = { status: "accepted", sort: "place", after, limit: page } as const;
    const { conversations, next } = await listConversations(store, reviewId, query);
    for (const one of conversations) {
      onRow?.();
      using text = textOf(place, one.sourceId);
      const row = rowOf(one, text, names.get(one.sourceId) ?? "");
      const read = formattedRow(row.content as never, 1);
      if ("fault" in read) refused.push({ conversation: one.id, why: read.fault.why });
      else yield row;
    }
    if (next === null) return;
    after = next;
  }
}

/** Throws UsageError FT-REVIEW-001, FT-REVIEW-005 where nothing is accepted. */
export async function datasetOfReview(
  { environment, store }: { environment: Environment; store: Store },
  reviewId: number,
  name?: string,
  onRow?: OnRow,
): Promise<MadeOfReview> {
  const review = await readReview(store.db, reviewId);
  const { accepted } = await statusCounts(store.db, reviewId);
  if (accepted === 0)
    throw notNow("no conversation is accepted", "Accept those that shall be rows first");
  const refused: RefusedConversation[] = [];
  const dataset = await createFilledDataset(store, {
    wanted: {
      ...{ name: name ?? review.name, format: "chat", folder: datasetsFolder(environment) },
      metadata: { review: reviewId },
    },
    examples: acceptedRows({ environment, store, reviewId }, refused, onRow),
    also: (db, id) => changeReview(db, reviewId, { datasetId: id }, store.now()),
  });
  await fileInStep(store, dataset.id);
  return { dataset, refused };
}
