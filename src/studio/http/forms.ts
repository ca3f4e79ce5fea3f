// Forms with a file: the file goes to the disk as it comes, bounded, and is gone when the answer is; fields may stand
// before it or after. What is in the file is the route's business.
import { createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyHeaders } from "@fastify/busboy";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { makeFolders } from "../../core/folders.ts";
import { systemError } from "../../core/system-errors.ts";
import { ApiError } from "../../serve/http/api-error.ts";
import type { Upload } from "../route.ts";
import { unprocessable } from "./errors.ts";

export interface FormOptions {
  /** Where files wait for their route. */
  folder: string;
  /** Bytes of a file. */
  largest: number;
}

interface Kept {
  path: string;
  name: string;
}

function tooLarge(largest: number): ApiError {
  const message = `the file is larger than the limit of ${Math.floor(largest / 2 ** 20)} MiB`;
  return new ApiError(413, { message, code: "too_large" });
}

/** Passes bytes on until there are too many. */
function bounded(largest: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > largest) done(tooLarge(largest));
      else done(null, chunk);
    },
  });
}

/** The last part of a name that may come from another system; never a way out of a folder. */
export const plainName = (name: string): string =>
  // eslint-disable-next-line no-control-regex
  (name.split(/[/\\]/).at(-1) ?? "").replaceAll(/[\u0000-\u001f\u007f]/g, "").slice(0, 200);

function parserOf(request: FastifyRequest): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: request.headers as BusboyHeaders,
      limits: { files: 1, fields: 20, fieldSize: 64 * 1024, headerPairs: 50, parts: 21 },
    });
  } catch {
    throw new ApiError(400, { message: "the form has no boundary", code: "bad_form" });
  }
}

/** Throws ApiError: 400 for what is no form, 413 for a file that is too large, 422 without a file. */
async function readForm(
  request: FastifyRequest,
  payload: Readable,
  { folder, largest }: FormOptions,
): Promise<{ kept: Kept; fields: Record<string, string> }> {
  const parser = parserOf(request);
  makeFolders(folder);
  const path = join(folder, `${request.id}.part`);
  const fields: Record<string, string> = {};
  let kept: Kept | undefined;
  let writing: Promise<void> = Promise.resolve();
  let failure: unknown;
  parser.on("field", (name: string, value: string) => {
    if (name !== "__proto__") fields[name] = value;
  });
  parser.on("file", (_: string, file: Readable, name: string | undefined) => {
    kept = { path, name: plainName(name ?? "") };
    const out = createWriteStream(path, { mode: 0o600, flags: "wx" });
    writing = pipeline(file, bounded(largest), out).catch((error: unknown) => {
      failure = error;
      parser.destroy();
    });
  });
  try {
    await pipeline(payload, parser);
  } catch (error) {
    failure ??= error;
  }
  await writing;
  if (failure !== undefined) await rm(path, { force: true });
  if (failure instanceof ApiError || systemError(failure) !== undefined) throw failure;
  if (failure !== undefined)
    throw new ApiError(400, { message: "the form is incomplete", code: "bad_form" });
  if (kept === undefined) throw unprocessable("file: the form has no file", "file");
  return { kept, fields };
}

/** A name less: nothing is left of it whatever becomes of the request. */
async function openOnce(path: string): Promise<{ file: Readable; bytes: number }> {
  const handle = await open(path);
  await rm(path);
  const { size: bytes } = await handle.stat();
  return { file: handle.createReadStream(), bytes };
}

/** Routes with `upload` get their file and its fields as the body. */
export function readForms(app: FastifyInstance, options: FormOptions): void {
  const opened = new WeakMap<FastifyRequest, Readable>();
  app.addContentTypeParser(
    "multipart/form-data",
    async (request: FastifyRequest, payload: Readable) => {
      const { kept, fields } = await readForm(request, payload, options);
      const { file, bytes } = await openOnce(kept.path);
      opened.set(request, file);
      return { file, bytes, name: kept.name, fields } satisfies Upload;
    },
  );
  app.addHook("onResponse", async (request) => void opened.get(request)?.destroy());
}
