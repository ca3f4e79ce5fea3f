// /api/v1/reviews: documents handed in, what was found in them with its places in their text, and what a person says of
// it, step by step. Texts are given by ranges, never whole.
import { createReadStream } from "node:fs";
import { z } from "zod";
import { datasetOfReview } from "../../app/reviews/make-dataset.ts";
import {
  dropReviewFile,
  filePath,
  keepReviewFile,
  removeReview,
} from "../../app/reviews/review-files.ts";
import { ReviewSettings } from "../../app/reviews/settings.ts";
import { jobOfReview, startReading } from "../../app/reviews/start-reading.ts";
import { cancelJob, type Store } from "../../store/index.ts";
import {
  createReview,
  listReviewFiles,
  listReviews,
  listSources,
  readReview,
  type Review,
  type ReviewSource,
  statusCounts,
} from "../../store/reviews/index.ts";
import { notFound } from "../http/errors.ts";
import { defineRoute, FileAnswer, type RouteGroup } from "../route.ts";
import { DatasetShape, toldDataset } from "./datasets.ts";
import { JobShape, toldJob } from "./jobs.ts";
import { conversationRoutes } from "./review-conversations.ts";
import { leftRoute } from "./review-left.ts";
import { AnyJson, Paging, PathNumber, Time, timeOf } from "./shared.ts";

const count = z.int().min(0);

const FileShape = z.object({ id: z.int(), name: z.string(), bytes: count });

const SourceShape = z
  .object({
    id: z.int(),
    name: z.string().describe("Name of the file; members of archives as a.zip!/b.txt"),
    kind: z.string().nullable(),
    state: z.enum(["reading", "read", "skipped"]),
    characters: count.describe("Length of its text in UTF-16 code units"),
    code: z.string().nullable().describe("Code of the reason"),
    reason: z.string().nullable().describe("Why it was skipped"),
    notes: z.array(AnyJson).describe("What was left out of it or guessed"),
    conversations: count,
    messages: count,
    said: count.describe("Characters in messages"),
    rules: z.record(z.string(), count).describe("Conversations per rule that found them"),
    left_out: count.describe("Pieces found and not used"),
  })
  .meta({ id: "ReviewSource" });

interface Found {
  conversations?: number;
  messages?: number;
  said?: number;
  rules?: Record<string, { conversations: number }>;
  left?: { count: number };
}

function toldSource({ found, ...source }: ReviewSource): z.infer<typeof SourceShape> {
  const { conversations = 0, messages = 0, said = 0, rules = {}, left } = (found ?? {}) as Found;
  return {
    ...source,
    ...{ conversations, messages, said, left_out: left?.count ?? 0 },
    rules: Object.fromEntries(
      Object.entries(rules).map(([rule, { conversations: of }]) => [rule, of]),
    ),
  };
}

const Summary = {
  id: z.int(),
  name: z.string(),
  settings: AnyJson,
  dataset_id: z.int().nullable().describe("The dataset last made from it"),
  created_at: Time,
  updated_at: Time,
  job: JobShape.nullable().describe("The job that reads its documents"),
  files: count,
  counts: z.object({ open: count, accepted: count, rejected: count }),
};

const ReviewShape = z.object(Summary).meta({ id: "Review" });

const ReviewFacts = z
  .object({
    ...Summary,
    file_list: z.array(FileShape),
    sources: z.array(SourceShape),
    report: AnyJson.describe(
      "What was left out, which rules found the same text, how often a model was asked",
    ),
  })
  .meta({ id: "ReviewDetails" });

async function toldReview(store: Store, review: Review): Promise<z.infer<typeof ReviewShape>> {
  const { id, name, settings, datasetId, createdAt, updatedAt, jobId } = review;
  const job = await jobOfReview(store, jobId);
  return {
    ...{ id, name, settings, dataset_id: datasetId },
    ...{ created_at: timeOf(createdAt), updated_at: timeOf(updatedAt) },
    job: job === undefined ? null : toldJob(job),
    files: (await listReviewFiles(store.db, id)).length,
    counts: await statusCounts(store.db, id),
  };
}

async function toldFacts(store: Store, review: Review): Promise<z.infer<typeof ReviewFacts>> {
  const sources = await listSources(store.db, review.id);
  return {
    ...(await toldReview(store, review)),
    file_list: await listReviewFiles(store.db, review.id),
    sources: sources.map(toldSource),
    report: review.report,
  };
}

const numbered = z.object({ id: PathNumber });

const list = defineRoute({
  method: "GET",
  path: "/api/v1/reviews",
  about: "List reviews, newest first",
  query: z.object({ limit: Paging.limit }),
  answers: { 200: z.object({ reviews: z.array(ReviewShape) }).meta({ id: "Reviews" }) },
  run: async ({ store }, { query }) => {
    const reviews: z.infer<typeof ReviewShape>[] = [];
    for (const review of await listReviews(store, query.limit))
      reviews.push(await toldReview(store, review));
    return { reviews };
  },
});

const create = defineRoute({
  method: "POST",
  path: "/api/v1/reviews",
  about: "Create a review to upload documents to",
  body: z
    .object({
      name: z.string().min(1).max(300),
      assistants: ReviewSettings.shape.assistants.describe(
        "Names of the speakers to learn from: their messages get the role assistant",
      ),
      min_turns: ReviewSettings.shape.minTurns.describe("Minimum number of messages"),
      min_confidence: ReviewSettings.shape.minConfidence.describe(
        "Minimum confidence of the rule that finds a conversation",
      ),
      encoding: ReviewSettings.shape.encoding.describe(
        "Encoding of text files without one; default: UTF-8, or detected",
      ),
      provider: ReviewSettings.shape.provider.describe(
        "Provider of the model that is shown text no rule could read; default: no model is asked",
      ),
      model: ReviewSettings.shape.model.describe(
        "Model of the provider; default: the provider's default model",
      ),
    })
    .meta({ id: "NewReview" }),
  answers: { 200: ReviewFacts },
  run: async ({ store }, { body }) => {
    const { name, assistants, encoding, provider, model } = body;
    const given = { assistants, minTurns: body.min_turns, minConfidence: body.min_confidence };
    const settings = ReviewSettings.parse({ ...given, encoding, provider, model });
    return await toldFacts(store, await createReview(store, { name, settings }));
  },
});

const show = defineRoute({
  method: "GET",
  path: "/api/v1/reviews/{id}",
  about: "Get a review: its documents with their results, and how many conversations are decided",
  params: numbered,
  answers: { 200: ReviewFacts },
  run: async ({ store }, { params }) => toldFacts(store, await readReview(store.db, params.id)),
});

const remove = defineRoute({
  method: "DELETE",
  path: "/api/v1/reviews/{id}",
  about: "Delete a review and its documents; datasets made from it remain",
  params: numbered,
  answers: { 200: z.object({ deleted: z.int() }).meta({ id: "DeletedReview" }) },
  run: async (studio, { params }) => {
    const job = await jobOfReview(
      studio.store,
      (await readReview(studio.store.db, params.id)).jobId,
    );
    if (job !== undefined) await cancelJob(studio.store, job.id).catch(() => undefined);
    await removeReview(studio, params.id);
    return { deleted: params.id };
  },
});

const handIn = defineRoute({
  method: "POST",
  path: "/api/v1/reviews/{id}/files",
  about: "Upload a document of any supported kind",
  params: numbered,
  upload: z.object({}),
  answers: { 200: FileShape.meta({ id: "ReviewFile" }) },
  refusals: { 409: "The review has the maximum number of documents", 413: "The file is too large" },
  run: async (studio, { params, upload: { file, name } }) =>
    await keepReviewFile(studio, params.id, { name, content: file }),
});

const dropFile = defineRoute({
  method: "DELETE",
  path: "/api/v1/reviews/{id}/files/{file}",
  about: "Delete a document that has not been read yet",
  params: z.object({ id: PathNumber, file: PathNumber }),
  answers: { 200: z.object({ deleted: z.int() }).meta({ id: "DeletedReviewFile" }) },
  refusals: { 409: "The documents of this review have been read" },
  run: async (studio, { params }) => {
    const { id, file } = params;
    await readReview(studio.store.db, id);
    if (!(await dropReviewFile(studio, id, file))) throw notFound(`there is no file ${file}`);
    return { deleted: file };
  },
});

const original = defineRoute({
  method: "GET",
  path: "/api/v1/reviews/{id}/files/{file}",
  about: "Download a document as it was uploaded",
  params: z.object({ id: PathNumber, file: PathNumber }),
  answers: { 200: { type: "application/octet-stream", about: "The file" } },
  run: async ({ environment, store }, { params: { id, file } }) => {
    await readReview(store.db, id);
    const known = (await listReviewFiles(store.db, id)).find((one) => one.id === file);
    if (known === undefined) throw notFound(`there is no file ${file}`);
    const { name, bytes } = known;
    const stream = createReadStream(filePath(environment, id, name));
    return new FileAnswer({ stream, type: "application/octet-stream", name, bytes });
  },
});

const start = defineRoute({
  method: "POST",
  path: "/api/v1/reviews/{id}/start",
  about: "Start the job that reads the documents; those already read are skipped",
  params: numbered,
  answers: { 200: JobShape },
  refusals: { 409: "There are no documents, or they are being read" },
  run: async (studio, { params }) => {
    studio.requireOpen();
    return toldJob(await startReading(studio, params.id));
  },
});

const make = defineRoute({
  method: "POST",
  path: "/api/v1/reviews/{id}/dataset",
  about: "Make a dataset from the accepted conversations",
  params: numbered,
  body: z.object({ name: z.string().min(1).max(300).optional() }).meta({ id: "SetOfReview" }),
  answers: {
    200: z
      .object({
        dataset: DatasetShape,
        refused: z
          .array(z.object({ conversation: z.int(), why: z.string() }))
          .describe("Accepted conversations that give no row to train on"),
      })
      .meta({ id: "MadeOfReview" }),
  },
  refusals: { 409: "No conversation is accepted" },
  run: async (studio, { params, body }) => {
    const { dataset, refused } = await datasetOfReview(studio, params.id, body.name);
    return { dataset: toldDataset(dataset), refused };
  },
});

export const reviewRoutes: RouteGroup = {
  name: "reviews",
  about: "Conversations found in documents, reviewed by a person",
  routes: [
    list,
    create,
    show,
    remove,
    handIn,
    original,
    dropFile,
    start,
    make,
    leftRoute,
    ...conversationRoutes,
  ],
};
