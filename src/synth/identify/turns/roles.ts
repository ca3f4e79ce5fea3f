// Who of the speakers asks and who answers: as the caller says, as their words say, else by who asks more.
import { type Side, sideOf, teaches } from "../lexicon/speaker-roles.ts";
import type { RuleOptions } from "../rules/rule.ts";
import type { FoundMessage } from "../types.ts";
import { asks } from "./evidence.ts";
import type { Turn } from "./turns.ts";

type Role = FoundMessage["role"];

interface Speaker {
  readonly key: string;
  readonly stem: string;
  readonly first: number;
  readonly side: Side | undefined;
  turns: number;
  questions: number;
}

function speakersOf(turns: readonly Turn[]): Speaker[] {
  const found = new Map<string, Speaker>();
  for (const [index, { key, label, content }] of turns.entries()) {
    const speaker = found.get(key) ?? {
      key,
      stem: label.stem,
      first: index,
      side: sideOf(label.stem),
      turns: 0,
      questions: 0,
    };
    speaker.turns += 1;
    if (asks(content)) speaker.questions += 1;
    found.set(key, speaker);
  }
  return [...found.values()];
}

/** Shares of one question more than turns, so that one question of one turn is not surer than nine of ten. */
function asksMore(left: Speaker, right: Speaker): number {
  const share = ({ questions, turns }: Speaker): number => questions / (turns + 0.5);
  return share(right) - share(left) || left.first - right.first;
}

function asCalled(
  speakers: readonly Speaker[],
  assistants: ReadonlySet<string>,
): Map<string, Role> {
  return new Map(speakers.map(({ key }) => [key, assistants.has(key) ? "assistant" : "user"]));
}

function roleOfSide(side: Side): Role {
  return side === "instructs" ? "system" : side === "asks" ? "user" : "assistant";
}

function askingShare(speakers: readonly Speaker[]): number {
  const turns = speakers.reduce((sum, one) => sum + one.turns, 0);
  return turns === 0 ? 0 : speakers.reduce((sum, { questions }) => sum + questions, 0) / turns;
}

/** A teacher who questions a class asks, whatever the word says. */
function questionsOthers(speakers: readonly Speaker[]): boolean {
  const others = speakers.filter((one) => !teaches(one.stem));
  const teachers = speakers.filter((one) => teaches(one.stem));
  return others.length > 0 && askingShare(teachers) >= 0.75 && askingShare(others) <= 0.4;
}

function asKnown(speakers: readonly Speaker[]): Map<string, Role> {
  const roles = new Map<string, Role>();
  if (questionsOthers(speakers))
    return new Map(speakers.map(({ key, stem }) => [key, teaches(stem) ? "user" : "assistant"]));
  for (const { key, side } of speakers) if (side !== undefined) roles.set(key, roleOfSide(side));
  return roles;
}

/** Those whose words say nothing: beside known askers they answer, beside known answerers they ask. */
function completed(speakers: readonly Speaker[], known: Map<string, Role>): Map<string, Role> {
  const unknown = speakers.filter(({ key }) => !known.has(key)).sort(asksMore);
  const has = (role: Role): boolean => [...known.values()].includes(role);
  if (has("user") !== has("assistant")) {
    for (const { key } of unknown) known.set(key, has("user") ? "assistant" : "user");
    return known;
  }
  for (const [index, { key, questions, turns }] of unknown.entries()) {
    const first = index === 0 && !has("user");
    known.set(key, first || (unknown.length > 2 && questions / turns > 0.6) ? "user" : "assistant");
  }
  return known;
}

/** One role for both sides says nothing of who answers: then the words are not heeded. */
function distinct(roles: Map<string, Role>, speakers: readonly Speaker[]): boolean {
  if (roles.size < speakers.length) return true;
  const used = new Set(roles.values());
  return used.has("user") && used.has("assistant");
}

/** A role for each speaker's key. */
export function rolesOf(turns: readonly Turn[], { assistants }: RuleOptions): Map<string, Role> {
  const speakers = speakersOf(turns);
  if (speakers.some(({ key }) => assistants.has(key))) return asCalled(speakers, assistants);
  const known = asKnown(speakers);
  return completed(speakers, distinct(known, speakers) ? known : new Map());
}

export function messagesOf(
  turns: readonly Turn[],
  roles: ReadonlyMap<string, Role>,
): FoundMessage[] {
  return turns.map(({ key, label, content, spans }) => ({
    role: roles.get(key) ?? "user",
    content,
    name: label.name,
    spans,
  }));
}
