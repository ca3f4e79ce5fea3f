// Repositories of the fake hub, how their files are known, and what a hub can do wrong. Answers nothing.
import { createHash } from "node:crypto";

export interface FakeRepository {
  /** Branch or tag → commit. */
  refs: Record<string, string>;
  files: Record<string, Buffer>;
  tags?: readonly string[];
  gated?: false | "manual";
  downloads?: number;
  /** As the hub tells it of safetensors: numbers of each type. */
  parameters?: Record<string, number>;
  private?: boolean;
  /** Files of single commits, where those differ; `files` of all others. */
  at?: Record<string, Record<string, Buffer>>;
}

/** What a revision of a repository holds. */
export function filesOf({ refs, files, at = {} }: FakeRepository, revision: string) {
  return at[refs[revision] ?? revision] ?? files;
}

export interface Trouble {
  status?: number;
  code?: string;
  /** The header `Retry-After` of a refusal. */
  retryAfter?: string;
  /** The header `RateLimit`. */
  rateLimit?: string;
  /** Takes the question and never answers. */
  silent?: boolean;
  /** Ends the connection after so many bytes of a file. */
  breakAfter?: number;
  /** Sends the first byte of a file and then nothing. */
  stall?: boolean;
  /** Answers a range with the whole file and status 200. */
  ignoreRange?: boolean;
  /** Sends other bytes than the listing promises. */
  corrupt?: boolean;
  /** Sends this content, with its own size and hash in the headers: what stood there was replaced since. */
  changedTo?: Buffer;
  /** Sends whoever wants a file to the same path of another hub. */
  redirectTo?: string;
  /** Does what is asked, and only then refuses or breaks off. */
  afterwards?: boolean;
  /** Ends the connection after so many bytes of what is sent to it. */
  resetAfter?: number;
  /** How many requests this meets; all when absent. */
  times?: number;
  /** Only addresses that contain this. */
  only?: string;
  /** Only who wants a file to its end, and not a part of it, as headers are read. */
  toTheEnd?: boolean;
}

const BIG = 1000;

export function etagOf(name: string, content: Buffer): { oid: string; lfs: boolean } {
  const lfs = name.endsWith(".safetensors") || content.length > BIG;
  const hash = lfs
    ? createHash("sha256").update(content)
    : createHash("sha1").update(`blob ${content.length}\0`).update(content);
  return { oid: hash.digest("hex"), lfs };
}
