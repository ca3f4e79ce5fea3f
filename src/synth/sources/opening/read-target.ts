// Reads one target in this process: recognises its kind, runs the reader, and tells what comes of it. Never throws:
// whatever goes wrong is told, too.
import { basename } from "node:path";
import { asFtError } from "../../../core/packed-errors.ts";
import { damaged, noText, tooLarge } from "../errors.ts";
import type { ReadNote } from "../reader.ts";
import { fileOnDisk } from "./disk.ts";
import { headOf, sourceInput } from "./input.ts";
import { recognise } from "./recognise.ts";
import type { ReadSettings, ReadTarget, Told } from "./target.ts";

const NOTES_KEPT = 100;

export async function* readTarget(
  target: ReadTarget,
  settings: ReadSettings,
): AsyncGenerator<Told> {
  try {
    yield* readFile(target, settings);
  } catch (error) {
    const { code, message } = asFtError(error, ({ message: what, cause }) => damaged(what, cause));
    yield { type: "failed", code, reason: message };
  }
}

async function* readFile(target: ReadTarget, settings: ReadSettings): AsyncGenerator<Told> {
  const bytes = fileOnDisk(target.path);
  if (bytes.size === 0) throw noText("the file is empty");
  const name = basename(target.members.at(-1) ?? target.path);
  const { kind, reader } = recognise(name, await headOf(bytes));
  const { limits } = settings;
  if (reader.streams !== true && bytes.size > limits.fileBytes)
    throw tooLarge(bytes.size, limits.fileBytes);
  const notes: ReadNote[] = [];
  const tell = (note: ReadNote): void => void (notes.length < NOTES_KEPT && notes.push(note));
  const input = sourceInput({ name, source: target.source }, bytes, settings, tell);
  let isOpened = false;
  for await (const part of reader.read(input)) {
    if (part.text === "") continue;
    if (!isOpened) yield { type: "opened", kind, container: reader.container };
    isOpened = true;
    yield { type: "part", part };
  }
  if (!isOpened) throw noText(notes[0]?.reason ?? "nothing in it is text");
  yield { type: "ended", notes };
}
