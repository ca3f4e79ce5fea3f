// /api/v1/try: models and what runs trained asked side by side, adapters switched without loading the base again; prompts
// that are kept; blind comparisons, whose votes become a set of preferences.
import { z } from "zod";
import { askSides, type TryEvent, type TryQuestion } from "../../app/trying/asking.ts";
import {
  forgetPrompt,
  KeptPrompt,
  keepPrompt,
  keptPrompt,
  keptPrompts,
} from "../../app/trying/prompts.ts";
import { type Subject, subjectNamed, trySubjects } from "../../app/trying/subjects.ts";
import { shuffled } from "../../app/trying/trials.ts";
import {
  choices,
  exportVotes,
  keptVote,
  keptVotes,
  removeVote,
  tallies,
  Vote,
} from "../../app/trying/votes.ts";
import type { ServerEvent } from "../../serve/http/event-stream.ts";
import { defineRoute, EventsAnswer, type RouteGroup } from "../route.ts";
import { Paging } from "./shared.ts";

const SubjectShape = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["base", "adapter", "model"]),
    base: z.string().describe("Subjects of the same base share its weights"),
    run: z.string().nullable(),
    step: z.int().nullable().describe("Step of the checkpoint; null for the final model of a run"),
    trained_at: z.string().nullable(),
  })
  .meta({ id: "TrySubject" });

function toldSubject(subject: Subject): z.infer<typeof SubjectShape> {
  const { id, name, kind, base, run, step, trained_at } = subject;
  return { id, name, kind, base, run, step, trained_at };
}

const subjects = defineRoute({
  method: "GET",
  path: "/api/v1/try/subjects",
  about: "List what can be asked: models on this disk, and the results and checkpoints of runs",
  answers: { 200: z.object({ subjects: z.array(SubjectShape) }).meta({ id: "TrySubjects" }) },
  run: async () => ({ subjects: (await trySubjects()).map(toldSubject) }),
});

const HeldShape = z
  .object({
    models: z.array(
      z.object({
        base: z.string(),
        adapters: z.array(z.string()).describe("Ids of the adapters loaded with it"),
        ready: z.boolean(),
        answering: z.int().describe("Answers in progress"),
        context: z.int().nullable().describe("Maximum number of tokens of prompt and answer"),
      }),
    ),
  })
  .meta({ id: "HeldModels" });

const held = defineRoute({
  method: "GET",
  path: "/api/v1/try/models",
  about: "List the models loaded in memory; each is unloaded after a while without requests",
  answers: { 200: HeldShape },
  run: async ({ tryHost }) => ({
    models: tryHost.models.map(({ isReady, ...model }) => ({ ...model, ready: isReady })),
  }),
});

const unload = defineRoute({
  method: "DELETE",
  path: "/api/v1/try/models",
  about: "Unload all models and free their memory",
  answers: { 200: HeldShape },
  run: async ({ tryHost }) => {
    await tryHost.unload();
    return { models: [] };
  },
});

const share = z.number().min(0).max(1);

const Question = z
  .object({
    sides: z
      .array(
        z.object({
          subject: z.string().min(1).max(1000).describe("An id from the list of subjects"),
          messages: z
            .array(
              z.object({
                role: z.enum(["system", "user", "assistant"]),
                content: z.string().max(1_000_000),
              }),
            )
            .min(1)
            .max(1000),
        }),
      )
      .min(1)
      .max(4)
      .describe("One to four subjects, each with its own conversation"),
    max_tokens: z.int().min(1).max(8192).default(256),
    temperature: z.number().min(0).max(2).default(0),
    top_p: share.default(1),
    top_k: z.int().min(0).max(100_000).default(0),
    min_p: share.default(0),
    repetition_penalty: z.number().gt(0).max(10).default(1),
    seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    alternatives: z
      .int()
      .min(0)
      .max(10)
      .default(5)
      .describe("Number of most likely tokens to return for each token"),
    blind: z
      .boolean()
      .default(false)
      .describe("Shuffle the sides and hide which is which until the vote"),
  })
  .meta({ id: "TryQuestion" });

function questionOf(body: z.infer<typeof Question>, all: readonly Subject[]): TryQuestion {
  const { temperature, top_p: topP, top_k: topK, min_p: minP } = body;
  const { max_tokens: maxTokens, seed, alternatives, repetition_penalty } = body;
  return {
    sides: body.sides.map(({ subject, messages }) => ({
      subject: subjectNamed(all, subject),
      messages,
    })),
    sampling: { temperature, topP, topK, minP, repetitionPenalty: repetition_penalty },
    ...{ maxTokens, seed, alternatives },
  };
}

async function* told(events: AsyncGenerator<TryEvent, void>): AsyncGenerator<ServerEvent, void> {
  for await (const data of events) yield { data };
}

const ask = defineRoute({
  method: "POST",
  path: "/api/v1/try/answers",
  about:
    "Ask up to four models at once and stream their answers, with the log-probability of each token",
  body: Question,
  answers: { 200: { type: "text/event-stream", about: "Events of each side, then done" } },
  refusals: { 404: "No such subject", 409: "The sides cannot be compared blind" },
  run: async (studio, { body, signal }) => {
    studio.requireOpen();
    const question = questionOf(body, await trySubjects());
    const { tryHost, trials } = studio;
    if (!body.blind) return new EventsAnswer(told(askSides(tryHost, question, signal)));
    const hidden = shuffled(question);
    return new EventsAnswer(told(trials.follow(hidden, askSides(tryHost, hidden, signal))));
  },
});

const PromptShape = KeptPrompt.meta({ id: "KeptPrompt" });
const named = z.object({ id: z.string().min(1).max(100) });

const prompts = defineRoute({
  method: "GET",
  path: "/api/v1/try/prompts",
  about: "List saved prompts, newest first",
  answers: { 200: z.object({ prompts: z.array(PromptShape) }).meta({ id: "KeptPrompts" }) },
  run: async ({ environment }) => ({ prompts: keptPrompts(environment) }),
});

const keep = defineRoute({
  method: "POST",
  path: "/api/v1/try/prompts",
  about: "Save a prompt; one that is saved already is returned",
  body: z
    .object({ text: z.string().min(1).max(100_000), system: z.string().max(100_000).default("") })
    .meta({ id: "NewPrompt" }),
  answers: { 200: PromptShape },
  run: async ({ environment }, { body }) => await keepPrompt(environment, body),
});

const showPrompt = defineRoute({
  method: "GET",
  path: "/api/v1/try/prompts/{id}",
  about: "Get a saved prompt",
  params: named,
  answers: { 200: PromptShape },
  run: async ({ environment }, { params }) => keptPrompt(environment, params.id),
});

const Removed = z.object({ deleted: z.string() }).meta({ id: "RemovedOfTry" });

const forget = defineRoute({
  method: "DELETE",
  path: "/api/v1/try/prompts/{id}",
  about: "Delete a saved prompt",
  params: named,
  answers: { 200: Removed },
  run: async ({ environment }, { params }) => {
    await forgetPrompt(environment, params.id);
    return { deleted: params.id };
  },
});

const VoteShape = Vote.meta({ id: "Vote" });

const TallyShape = z
  .object({
    subjects: z.array(z.string()).length(2),
    names: z.array(z.string()).length(2),
    wins: z.array(z.int()).length(2),
    undecided: z.int().describe("Votes without a preference"),
    share: share.nullable().describe("Share of the decided votes that prefer the first"),
    low: share.nullable().describe("Lower bound of the 95 % confidence interval of share"),
    high: share.nullable(),
  })
  .meta({ id: "VoteTally" });

const votes = defineRoute({
  method: "GET",
  path: "/api/v1/try/votes",
  about: "List the votes of blind comparisons, newest first, with the total for each pair",
  query: z.object(Paging),
  answers: {
    200: z
      .object({
        votes: z.array(VoteShape),
        total: z.int(),
        tallies: z.array(TallyShape),
      })
      .meta({ id: "Votes" }),
  },
  run: async ({ environment }, { query: { limit, offset } }) => {
    const all = keptVotes(environment);
    return { votes: all.slice(offset, offset + limit), total: all.length, tallies: tallies(all) };
  },
});

const vote = defineRoute({
  method: "POST",
  path: "/api/v1/try/trials/{id}",
  about: "Vote on a blind comparison; the response reveals which subject gave which answer",
  params: named,
  body: z.object({ choice: z.enum(choices) }).meta({ id: "NewVote" }),
  answers: { 200: VoteShape },
  refusals: { 404: "Already voted on, or the server was restarted" },
  run: async ({ environment, trials }, { params, body }) =>
    await trials.vote(environment, params.id, body.choice),
});

const showVote = defineRoute({
  method: "GET",
  path: "/api/v1/try/votes/{id}",
  about: "Get a vote",
  params: named,
  answers: { 200: VoteShape },
  run: async ({ environment }, { params }) => keptVote(environment, params.id),
});

const unvote = defineRoute({
  method: "DELETE",
  path: "/api/v1/try/votes/{id}",
  about: "Delete a vote",
  params: named,
  answers: { 200: Removed },
  run: async ({ environment }, { params }) => {
    await removeVote(environment, params.id);
    return { deleted: params.id };
  },
});

const writeVotes = defineRoute({
  method: "POST",
  path: "/api/v1/try/votes/export",
  about:
    "Write the votes as preference rows: a version of a dataset, and a file that ft train reads",
  body: z
    .object({
      name: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be letters, digits, '.', '_' and '-'")
        .describe("Name of the dataset"),
    })
    .meta({ id: "VoteExport" }),
  answers: {
    200: z
      .object({
        version: z.string(),
        file: z.string(),
        rows: z.int(),
        left_out: z.int().describe("Votes without a preference"),
      })
      .meta({ id: "PreferenceSet" }),
  },
  refusals: { 409: "No vote states a preference" },
  run: async ({ environment, store }, { body }) => await exportVotes(store, environment, body.name),
});

export const tryRoutes: RouteGroup = {
  name: "try",
  about: "Ask models and trained adapters side by side",
  routes: [
    ...[subjects, held, unload, ask],
    ...[prompts, keep, showPrompt, forget],
    ...[votes, vote, showVote, unvote, writeVotes],
  ],
};
