// Reads one target in this process: recognises its kind, runs the reader, and tells what comes of it. Never throws:
// whatever goes wrong is told, too.
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { asFtError } from "../../../core/packed-errors.ts";
import { damaged, noText, tooLarge } from "../errors.ts";
import type { ReadNote, SourceInput, SourceMember } from "../reader.ts";
import type { Archives } from "./archives.ts";
import { fileOnDisk } from "./disk.ts";
import { headOf, memberOf, sourceInput, type ByteSource } from "./input.ts";
import { recognise, recogniseCollection, refusal, type Recognised } from "./recognise.ts";
import type { ReadSettings, ReadTarget, Told } from "./target.ts";
import { isZip } from "./zip.ts";

const NOTES_KEPT = 100;

/** Notes of one source, as many as a report may hold. */
class Notes {
  readonly kept: ReadNote[] = [];
  readonly tell = (note: ReadNote): void => {
    if (this.kept.length < NOTES_KEPT) this.kept.push(note);
  };
}

export async function* readTarget(
  target: ReadTarget,
  settings: ReadSettings,
  archives: Archives,
): AsyncGenerator<Told> {
  try {
    if (target.collection === undefined) yield* readFile(target, settings, archives);
    else yield* readCollection(target, settings, archives);
  } catch (error) {
    const { code, message } = asFtError(error, ({ message: what, cause }) => damaged(what, cause));
    yield { type: "failed", code, reason: message };
  }
}

async function* readFile(
  target: ReadTarget,
  settings: ReadSettings,
  archives: Archives,
): AsyncGenerator<Told> {
  const { limits } = settings;
  const bytes = await archives.at(target.path, target.members);
  if (bytes.size === 0) throw noText("the file is empty");
  yield { type: "alive", size: bytes.size };
  const name = basename(target.members.at(-1) ?? target.path);
  const head = await headOf(bytes);
  const found = recognise(name, head);
  if (found === undefined && isZip(head))
    return yield { type: "archive", ...(await archives.contents(target)) };
  if (found === undefined) throw refusal(name, head);
  if (found.reader.streams !== true && bytes.size > limits.fileBytes)
    throw tooLarge(bytes.size, limits.fileBytes);
  const notes = new Notes();
  const input = sourceInput({ name, source: target.source }, bytes, settings, notes.tell);
  yield* readInput(found, input, notes);
}

async function* readInput(
  { kind, reader }: Recognised,
  input: SourceInput,
  { kept }: Notes,
): AsyncGenerator<Told> {
  let isOpened = false;
  for await (const part of reader.read(input)) {
    if (part.text === "") yield { type: "alive", size: input.size };
    if (part.text === "") continue;
    if (!isOpened) yield { type: "opened", kind, container: reader.container };
    isOpened = true;
    yield { type: "part", part };
  }
  if (!isOpened) throw noText(kept[0]?.reason ?? "nothing in it is text");
  yield { type: "ended", notes: kept };
}

/** Of a folder that is one source: its bytes are those of its members. */
function noBytes(size: number): ByteSource {
  return {
    size,
    chunks() {
      throw damaged("a folder, and no single file");
    },
  };
}

async function* readCollection(
  target: ReadTarget,
  settings: ReadSettings,
  archives: Archives,
): AsyncGenerator<Told> {
  const { folder, names } = target.collection ?? { folder: "", names: [] };
  const found = recogniseCollection(names);
  if (found === undefined) throw damaged("the export changed while it was read");
  const notes = new Notes();
  const members: SourceMember[] = [];
  const isFolder = statSync(target.path).isDirectory();
  for (const name of names) {
    const way = folder === "" ? name : `${folder}/${name}`;
    const bytes = isFolder
      ? fileOnDisk(join(target.path, way))
      : await archives.at(target.path, [...target.members, way]);
    members.push(memberOf(name, bytes, settings, notes.tell));
  }
  const size = members.reduce((sum, member) => sum + member.size, 0);
  const place = { name: basename(target.path), source: target.source, members };
  yield* readInput(found, sourceInput(place, noBytes(size), settings, notes.tell), notes);
}
