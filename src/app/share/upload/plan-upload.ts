// An upload before anything is sent: which files with what in them, which stay and why, what holds secrets, the card, and
// what to think of first. Writes nothing and asks nobody.
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { ExitCode, FtError, UsageError } from "../../../core/errors.ts";
import { hashFile } from "../../../core/file-hash.ts";
import { secretsOfEnvironment } from "../../../core/secrets.ts";
import {
  type DescribedFiles,
  hasManifest,
  isDescribed,
  MANIFEST_FILE,
  manifestText,
  verifyResult,
} from "../../../runs/index.ts";
import type { UploadFile } from "../../../weights/hub-upload.ts";
import { hubSettings, isLicenseFile, isSideFile } from "../../../weights/index.ts";
import { chosenFiles, type LeftOut } from "./chosen-files.ts";
import { whatItAsks } from "./licences.ts";
import { baseOf, CARD, type CardWish, type KnownBase, makeCard } from "./make-card.ts";
import { type FileSecret, secretsOfFile, secretsOfText } from "./scan-files.ts";
import type { UploadSource } from "./source.ts";
import { withoutPlaces } from "./told-paths.ts";

export interface UploadWish extends CardWish {
  branch: string;
  isPrivate: boolean | undefined;
  /** Optimizer states and checkpoints go too. */
  checkpoints: boolean;
}

export interface PlannedFile {
  path: string;
  bytes: number;
  sha256: string;
}

export interface UploadPlan {
  repository: { id: string; branch: string; private: boolean | null; url: string };
  folder: string;
  files: PlannedFile[];
  bytes: number;
  leftOut: LeftOut[];
  secrets: FileSecret[];
  license: string | null;
  warnings: string[];
  /** Text of the model card. */
  card: string;
}

export interface Planned {
  plan: UploadPlan;
  contents: readonly UploadFile[];
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?$/;

/** @throws UsageError FT-UPLOAD-001 for what the hub takes as no name of a repository. */
export function requireName(id: string): void {
  const parts = id.split("/");
  const isName =
    parts.length === 2 && parts.every((part) => NAME.test(part) && !/--|\.\./.test(part));
  if (isName && !id.endsWith(".git")) return;
  throw new UsageError("FT-UPLOAD-001", {
    message: `${JSON.stringify(id)} is not a repository name`,
    hint: "give user/name: letters, digits, '-', '_' and '.', such as me/smollm2-sql",
  });
}

/** Files without which the rest is of no use: an upload with secrets in them is refused. */
const isNeeded = (path: string): boolean =>
  [CARD, MANIFEST_FILE, "adapter_config.json", "Modelfile"].includes(path) ||
  isSideFile(path) ||
  isLicenseFile(path) ||
  /\.(?:safetensors|gguf|bin)$|\.index\.json$/.test(path);

interface Scanned {
  contents: UploadFile[];
  leftOut: LeftOut[];
  secrets: FileSecret[];
}

const textOf = (content: Uint8Array): string => Buffer.from(content).toString("utf8");

/** Where what goes is made from a file: that is looked at, so that its own lines are told. */
interface Scannable extends UploadFile {
  madeFrom?: string | undefined;
}

async function scanned(
  files: readonly Scannable[],
  known: ReadonlyMap<string, string>,
): Promise<Scanned> {
  const all: Scanned = { contents: [], leftOut: [], secrets: [] };
  for (const file of files) {
    const { path, content, madeFrom = content } = file;
    const found =
      typeof madeFrom === "string"
        ? await secretsOfFile(madeFrom, path, known)
        : secretsOfText(textOf(madeFrom), known);
    const refused = found.length > 0 && isNeeded(path);
    all.secrets.push(...found.map((each) => ({ file: path, ...each, refused })));
    if (found.length === 0 || refused) all.contents.push(file);
    else all.leftOut.push({ path, why: `it holds ${found[0]?.kind}` });
  }
  return all;
}

/** Configurations without places of this disk; all else from where it lies. */
async function toldFiles(
  chosen: readonly { path: string; file: string }[],
  base: string | undefined,
): Promise<UploadFile[]> {
  const told: UploadFile[] = [];
  for (const { path, file } of chosen) {
    const isSmall = path.endsWith(".json") && (await stat(file)).size < 16_000_000;
    const other = isSmall ? withoutPlaces(path, await readFile(file, "utf8"), base) : undefined;
    told.push({ path, content: other === undefined ? file : Buffer.from(other) });
  }
  return told;
}

async function described({ path, content }: UploadFile): Promise<PlannedFile> {
  if (typeof content === "string")
    return { path, bytes: (await stat(content)).size, sha256: await hashFile(content) };
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { path, bytes: content.length, sha256 };
}

async function describedAll(contents: readonly UploadFile[]): Promise<PlannedFile[]> {
  const files: PlannedFile[] = [];
  for (const each of contents) files.push(await described(each));
  return files;
}

/** A manifest of what goes, where there is something to say of its origin. */
function manifestOf({ provenance }: UploadSource, files: readonly PlannedFile[]): UploadFile[] {
  if (provenance === undefined) return [];
  const result: DescribedFiles = Object.fromEntries(
    files
      .filter(({ path }) => isDescribed(path))
      .map(({ path, bytes, sha256 }) => [path, { bytes, sha256 }]),
  );
  return [{ path: MANIFEST_FILE, content: Buffer.from(manifestText(provenance, result)) }];
}

async function changedSince({ folder }: UploadSource): Promise<string[]> {
  if (!hasManifest(folder)) return [];
  const { differences } = await verifyResult(folder);
  return differences.map(
    ({ file, reason }) => `${file} has changed since it was written: ${reason}`,
  );
}

function licenseWarnings({ license, name }: KnownBase): string[] {
  if (license === undefined)
    return [
      `the licence of ${name ?? "the base"} is unknown: --license NAME adds one to the card, once you know that it applies`,
    ];
  const asks = whatItAsks(license);
  return asks === undefined ? [] : [`the licence ${license} ${asks}`];
}

function cardWarnings(card: string): string[] {
  return card.includes(homedir()) && homedir().length > 1
    ? ["the card names a path on this machine"]
    : [];
}

/** @throws UsageError FT-UPLOAD-001, 009, 010; DataError FT-UPLOAD-011. */
export async function planUpload(source: UploadSource, wish: UploadWish): Promise<Planned> {
  requireName(wish.id);
  const base = baseOf(source, wish);
  const card = await makeCard(source, wish, base);
  const chosen = await chosenFiles(source, wish.checkpoints);
  const own = chosen.files.filter(({ path }) => path !== CARD && path !== card.picture?.path);
  const ownCard = chosen.files.find(({ path }) => path === CARD)?.file;
  const made: Scannable[] = [
    {
      ...{ path: CARD, content: Buffer.from(card.text) },
      madeFrom: wish.card === undefined ? ownCard : undefined,
    },
    ...(card.picture ? [card.picture] : []),
  ];
  const settings = hubSettings();
  const known = secretsOfEnvironment(process.env);
  if (settings.token !== undefined) known.set(settings.token, "the token of this account");
  const found = await scanned([...made, ...(await toldFiles(own, base.id ?? base.name))], known);
  const files = await describedAll(found.contents);
  const manifest = manifestOf(source, files);
  const secrets = [...found.secrets, ...(await scanned(manifest, known)).secrets];
  const all = [...files, ...(await describedAll(manifest))].toSorted((a, b) =>
    a.path < b.path ? -1 : 1,
  );
  const plan: UploadPlan = {
    repository: {
      ...{ id: wish.id, branch: wish.branch, private: wish.isPrivate ?? null },
      url: `${settings.endpoint}/${wish.id}`,
    },
    folder: source.folder,
    files: all,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    leftOut: [...chosen.leftOut, ...found.leftOut],
    secrets,
    license: base.license ?? null,
    warnings: [
      ...licenseWarnings(base),
      ...(await changedSince(source)),
      ...cardWarnings(card.text),
    ],
    card: card.text,
  };
  return { plan, contents: [...found.contents, ...manifest] };
}

/** @throws FtError FT-UPLOAD-008 (exit 4) where a file that cannot be left out holds a secret. */
export function requireNoSecrets({ secrets }: UploadPlan): void {
  const refused = secrets.filter((each) => each.refused);
  if (refused.length === 0) return;
  throw new FtError("FT-UPLOAD-008", {
    message: "nothing was uploaded: there are secrets in files that have to go",
    problems: refused.map(
      ({ file, kind, line }) => `${file}${line === null ? "" : `, line ${line}`}: ${kind}`,
    ),
    hint: "take them out of these files, and make new ones where they may have been seen",
    exitCode: ExitCode.data,
  });
}
