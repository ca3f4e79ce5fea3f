// Files that go to a job and come from it, as both sides of the exchange have them.
import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { filesBelow } from "../../../runs/index.ts";
import type { UploadFile } from "../../../weights/hub-upload.ts";
import { LineDropped, type RunInput } from "../runner.ts";
import { endOf } from "../shell.ts";
import { inputFolder } from "./exchange.ts";

/** A file, or every file of a folder, at its place in the repository. */
export async function filesOf({ path, digest }: RunInput): Promise<UploadFile[]> {
  const place = `${inputFolder(digest)}/${basename(path)}`;
  if (!(await stat(path)).isDirectory()) return [{ path: place, content: path }];
  const names = await filesBelow(path);
  return names.map((name) => ({ path: `${place}/${name}`, content: join(path, name) }));
}

/** Files below a folder as a tar archive. @throws LineDropped */
export async function* packed(
  folder: string,
  names: readonly string[],
): AsyncGenerator<Uint8Array> {
  const top = [...new Set(names.map((name) => name.split("/")[0] ?? name))];
  const list = top.length === 0 ? ["-T", "/dev/null"] : ["--", ...top];
  const tar = spawn("tar", ["-cf", "-", "-C", folder, ...list], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = endOf(tar);
  ended.catch(() => undefined);
  for await (const part of tar.stdout) yield part as Uint8Array;
  if ((await ended) !== 0) throw new LineDropped("tar could not pack the result");
}
