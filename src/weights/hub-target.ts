// A repository of the hub before anything goes there: whose token this is, whether it may write, whether the repository is
// there. Changes nothing.
import { answersOf } from "./hub-answers.ts";
import { connect, describe, type HubConnection } from "./hub-connection.ts";
import type { HubSettings } from "./hub-environment.ts";
import { HubFailure } from "./hub-errors.ts";

export interface HubTarget {
  endpoint: string;
  /** Whose token it is; null without one, or with one that the hub does not know. */
  account: string | null;
  /** Whether the token may write under that name; null where the hub does not say. */
  writes: boolean | null;
  /** Whether the repository is there; null where nobody can tell. */
  exists: boolean | null;
  /** Why it would be refused, or could not be looked at; null where nothing speaks against it. */
  problem: string | null;
}

interface Whoami {
  name?: string;
  orgs?: { name?: string }[];
  auth?: { accessToken?: { role?: string } };
}

async function whoami(hub: HubConnection): Promise<Whoami> {
  const answer = await answersOf(hub)(`${hub.endpoint}/api/whoami-v2`);
  return (await answer.json()) as Whoami;
}

async function isThere(hub: HubConnection, id: string): Promise<boolean | null> {
  try {
    await describe(hub, id, "main");
    return true;
  } catch (error) {
    if (!(error instanceof HubFailure)) throw error;
    return error.status === 404 || error.status === 401 ? false : null;
  }
}

const roles: Readonly<Record<string, boolean>> = { read: false, write: true };

/** Throws nothing but what aborting gives: a hub that does not answer is a problem that is told. */
export async function lookAtTarget(
  settings: HubSettings,
  id: string,
  signal?: AbortSignal,
): Promise<HubTarget> {
  const { endpoint, token, offline } = settings;
  const nothing = { endpoint, account: null, writes: null, exists: null };
  if (offline) return { ...nothing, problem: "HF_HUB_OFFLINE is set: the hub is not asked" };
  if (token === undefined)
    return {
      ...nothing,
      problem: "there is no token: set HF_TOKEN, or sign in with hf auth login",
    };
  const hub = connect({ endpoint, token, signal, answerSeconds: 8 });
  try {
    const { name = null, orgs = [], auth } = await whoami(hub);
    const role = auth?.accessToken?.role;
    const writes = role === undefined ? null : (roles[role] ?? null);
    const [owner = ""] = id.split("/");
    const isOwn = [name, ...orgs.map((one) => one.name)].includes(owner);
    const exists = await isThere(hub, id);
    const problem = !isOwn
      ? `the token is ${name ?? "nobody"}'s, which does not own ${owner}`
      : writes === false
        ? "the token is read-only: create one that may write"
        : null;
    return { endpoint, account: name, writes, exists, problem };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof HubFailure)) throw error;
    const problem =
      error.status === 401 ? "the hub does not know the token" : `the hub: ${error.message}`;
    return { ...nothing, problem };
  }
}
