// A dataset onto the hub: written as a folder with a card where it is not one already, looked through for secrets,
// shown, and sent in one commit. Sends nothing by itself: hub-upload does that.
import { existsSync, lstatSync, statSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExitCode, FtError, UsageError } from "../../core/errors.ts";
import type { Environment } from "../../core/paths.ts";
import { secretsOfEnvironment } from "../../core/secrets.ts";
import { filesBelow } from "../../runs/index.ts";
import type { OnUpload } from "../../weights/hub-upload-progress.ts";
import { uploadFiles } from "../../weights/hub-upload.ts";
import { hubSettings } from "../../weights/index.ts";
import { requireName } from "../share/upload/plan-upload.ts";
import { type FileSecret, secretsOfFile } from "../share/upload/scan-files.ts";
import { exportSet } from "./export-rows.ts";

export interface PushWish {
  /** A file, a folder, or NAME@VERSION of the store. */
  set: string;
  /** `user/name` */
  id: string;
  /** Profile whose form the rows have there. */
  to: string;
  branch: string;
  isPrivate: boolean | undefined;
  message: string;
  token?: string | undefined;
  /** Sends nothing. */
  dryRun: boolean;
  /** Secrets in the rows are known, and are to go. */
  allowsSecrets: boolean;
  approve?: ((plan: PushPlan) => Promise<boolean>) | undefined;
  onProgress?: OnUpload | undefined;
  signal?: AbortSignal | undefined;
}

export interface PushPlan {
  repository: { id: string; branch: string; private: boolean | null; url: string };
  files: { path: string; bytes: number }[];
  bytes: number;
  secrets: FileSecret[];
  /** Text of the card; null in a folder without one. */
  card: string | null;
}

export interface PushedSet extends PushPlan {
  dryRun: boolean;
  commit: string | null;
  isNew: boolean;
  sent: string[];
}

const CARD = "README.md";

/** Files of the folder; hidden ones, and links that may lead anywhere, stay. */
async function filesIn(folder: string): Promise<string[]> {
  const paths = await filesBelow(folder);
  const isPlain = (path: string): boolean => lstatSync(join(folder, path)).isFile();
  return paths.filter((path) => !/(?:^|\/)\./.test(path) && isPlain(path));
}

async function secretsIn(
  folder: string,
  paths: readonly string[],
  token: string | undefined,
): Promise<FileSecret[]> {
  const known = secretsOfEnvironment(process.env);
  if (token !== undefined) known.set(token, "the token of this account");
  const found: FileSecret[] = [];
  for (const path of paths) {
    const secrets = await secretsOfFile(join(folder, path), path, known);
    found.push(...secrets.map((each) => ({ file: path, ...each, refused: true })));
  }
  return found;
}

/** Throws FtError FT-UPLOAD-008 (exit 4). */
function requireNoSecrets({ secrets }: PushPlan, { allowsSecrets, set }: PushWish): void {
  if (secrets.length === 0 || allowsSecrets) return;
  throw new FtError("FT-UPLOAD-008", {
    message: "nothing was uploaded: there are secrets in the rows",
    problems: secrets.map(
      ({ file, kind, line }) => `${file}${line === null ? "" : `, line ${line}`}: ${kind}`,
    ),
    hint: `ft data clean ${set} --help removes them; --allow-secrets if they are not secrets`,
    exitCode: ExitCode.data,
  });
}

async function plan(folder: string, wish: PushWish, token: string | undefined): Promise<PushPlan> {
  const paths = await filesIn(folder);
  const files = paths.map((path) => ({ path, bytes: statSync(join(folder, path)).size }));
  if (files.length === 0) {
    throw new UsageError("FT-PUSH-001", {
      message: `${wish.set} holds no file that can be uploaded`,
      hint: "ft data export SET --provider trl --format hf -o FOLDER makes a folder for the Hub",
    });
  }
  const { id, branch, isPrivate } = wish;
  const url = `${hubSettings().endpoint}/datasets/${id}`;
  return {
    repository: { id, branch, private: isPrivate ?? null, url },
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    secrets: await secretsIn(folder, paths, token),
    card: paths.includes(CARD) ? await readFile(join(folder, CARD), "utf8") : null,
  };
}

async function pushFolder(folder: string, wish: PushWish): Promise<PushedSet> {
  const settings = hubSettings({ token: wish.token });
  const planned = await plan(folder, wish, settings.token);
  if (wish.dryRun) return { ...planned, dryRun: true, commit: null, isNew: false, sent: [] };
  requireNoSecrets(planned, wish);
  if (wish.approve !== undefined && !(await wish.approve(planned))) {
    throw new UsageError("FT-UPLOAD-013", {
      message: "nothing was uploaded: it was not confirmed",
      hint: "--yes uploads without asking, --dry-run only shows",
    });
  }
  const { branch, isPrivate, message, onProgress, signal } = wish;
  const { commit, isNew, sent } = await uploadFiles({
    ...{ id: `datasets/${wish.id}`, branch, endpoint: settings.endpoint, settings },
    files: planned.files.map(({ path }) => ({ path, content: join(folder, path) })),
    ...{ isPrivate, message, onProgress, signal },
  });
  return { ...planned, dryRun: false, commit, isNew, sent };
}

/**
 * Shows what would go, and sends it.
 * @throws UsageError FT-UPLOAD-001, -013, FT-PUSH-001; FtError FT-UPLOAD-008 for secrets; DataError for rows that have no
 * place in the form; ProviderError FT-UPLOAD-002 to 007.
 */
export async function pushSet(environment: Environment, wish: PushWish): Promise<PushedSet> {
  requireName(wish.id);
  const { set, to: provider } = wish;
  if (existsSync(set) && statSync(set).isDirectory()) return await pushFolder(set, wish);
  const room = await mkdtemp(join(tmpdir(), "ft-push-"));
  try {
    const out = join(room, wish.id.split("/")[1] ?? "set");
    await exportSet(environment, {
      ...{ set, provider, out, format: "hf", keepsSource: true, skipsBadRows: false },
      metadata: false,
    });
    return await pushFolder(out, wish);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}
