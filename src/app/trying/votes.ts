// Votes of blind comparisons: kept, counted with how sure the count is, and written as rows of preference that training
// reads.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { type Environment, ftHome } from "../../core/paths.ts";
import { importFile, type Store } from "../../store/index.ts";
import { KeptList } from "./kept-json.ts";
import { nothingPreferred, unknownKept } from "./try-errors.ts";

export const choices = ["first", "second", "tie", "neither"] as const;
export type Choice = (typeof choices)[number];

const Turn = z.object({ role: z.string(), content: z.string() });

export const Vote = z.object({
  id: z.string(),
  /** ISO 8601 */
  at: z.string(),
  messages: z.array(Turn),
  answers: z.array(z.object({ subject: z.string(), name: z.string(), text: z.string() })).length(2),
  choice: z.enum(choices),
});

export type Vote = z.infer<typeof Vote>;

const listOf = (environment: Environment): KeptList<Vote> =>
  new KeptList(environment, "votes", Vote as unknown as z.ZodType<Vote>);

/** Newest first. */
export const keptVotes = (environment: Environment): Vote[] =>
  listOf(environment).all().toReversed();

/** @throws UsageError FT-TRY-003. */
export function keptVote(environment: Environment, id: string): Vote {
  const found = keptVotes(environment).find((one) => one.id === id);
  if (found === undefined) throw unknownKept("vote", id);
  return found;
}

export async function addVote(
  environment: Environment,
  { messages, answers, choice }: { messages: unknown; answers: Vote["answers"]; choice: Choice },
): Promise<Vote> {
  const [id, at] = [randomBytes(6).toString("hex"), new Date().toISOString()];
  const vote = Vote.parse({ id, at, messages, answers, choice });
  await listOf(environment).add(vote);
  return vote;
}

/** @throws UsageError FT-TRY-003. */
export async function removeVote(environment: Environment, id: string): Promise<void> {
  if ((await listOf(environment).remove(id)) === undefined) throw unknownKept("vote", id);
}

/** How two fare against each other. */
export interface Tally {
  subjects: [string, string];
  names: [string, string];
  /** Votes for the first, for the second, and for neither of them. */
  wins: [number, number];
  undecided: number;
  /** Of the decided votes, those for the first; null without any. */
  share: number | null;
  /** The 95 % interval of that share. */
  low: number | null;
  high: number | null;
}

/** Of so many in so many: Wilson 1927, which stays within 0 and 1. */
export function wilson(count: number, of: number): { low: number; high: number } {
  const z95 = 1.959964;
  const [share, square] = [count / of, z95 ** 2];
  const middle = share + square / (2 * of);
  const spread = z95 * Math.sqrt((share * (1 - share)) / of + square / (4 * of ** 2));
  const all = 1 + square / of;
  return { low: Math.max(0, (middle - spread) / all), high: Math.min(1, (middle + spread) / all) };
}

type Counted = Pick<Tally, "subjects" | "names" | "wins" | "undecided">;

/** Of each pair of subjects, those with the most votes first; the one that sorts first by its id is the first. */
export function tallies(votes: readonly Vote[]): Tally[] {
  const pairs = new Map<string, Counted>();
  for (const { answers, choice } of votes) {
    const sorted = answers.toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
    const [one, other] = sorted as [Vote["answers"][number], Vote["answers"][number]];
    const key = `${one.subject} ${other.subject}`;
    const pair: Counted = pairs.get(key) ?? {
      ...{ subjects: [one.subject, other.subject], names: [one.name, other.name] },
      ...{ wins: [0, 0], undecided: 0 },
    };
    pairs.set(key, pair);
    if (choice === "tie" || choice === "neither") pair.undecided += 1;
    else pair.wins[answers[choice === "first" ? 0 : 1] === one ? 0 : 1] += 1;
  }
  const all = [...pairs.values()].map((pair): Tally => {
    const decided = pair.wins[0] + pair.wins[1];
    if (decided === 0) return { ...pair, share: null, low: null, high: null };
    return { ...pair, share: pair.wins[0] / decided, ...wilson(pair.wins[0], decided) };
  });
  const votesOf = ({ wins, undecided }: Tally): number => wins[0] + wins[1] + undecided;
  return all.toSorted((a, b) => votesOf(b) - votesOf(a));
}

export interface PreferenceRow {
  prompt: Vote["messages"];
  chosen: Vote["messages"];
  rejected: Vote["messages"];
}

/** What was voted for over what was not; where both say the same, nothing is preferred. */
export function preferenceRows(votes: readonly Vote[]): PreferenceRow[] {
  const said = (content = ""): Vote["messages"] => [{ role: "assistant", content }];
  return votes.flatMap(({ messages, answers: [one, other], choice }) => {
    if (choice === "tie" || choice === "neither" || one?.text === other?.text) return [];
    const [chosen, rejected] = choice === "first" ? [one, other] : [other, one];
    return [{ prompt: messages, chosen: said(chosen?.text), rejected: said(rejected?.text) }];
  });
}

export interface PreferenceSet {
  /** NAME@NUMBER in the store. */
  version: string;
  /** The same rows as JSON lines, for training. */
  file: string;
  rows: number;
  /** Votes that prefer nothing. */
  left_out: number;
}

/**
 * The votes as a version of a dataset, and as a file beside it.
 * @throws UsageError FT-TRY-004 where there are none.
 */
export async function exportVotes(
  store: Store,
  environment: Environment,
  name: string,
): Promise<PreferenceSet> {
  const votes = listOf(environment).all();
  const rows = preferenceRows(votes);
  if (rows.length === 0) throw nothingPreferred();
  const folder = join(ftHome(environment), "preferences");
  makeFolders(folder);
  const file = join(folder, `${name}.jsonl`);
  await writeFileAtomic(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const version = await importFile(store, name, file, `${rows.length} votes of blind comparisons`);
  return {
    ...{ version: `${name}@${version.number}`, file, rows: rows.length },
    left_out: votes.length - rows.length,
  };
}
