// A remote checkpoint's adapter on this disk, in PEFT's form and in mlx-lm's: fetched, looked at, converted; whole or not
// at all.
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { placeNew, temporaryNameFor } from "../../core/atomic-files.ts";
import { FtError } from "../../core/errors.ts";
import { makeFolders } from "../../core/folders.ts";
import { expandHome } from "../../core/paths.ts";
import { requireNothingAt } from "../../export/whole-output.ts";
import { downloadAdapter } from "../../remote/tinker/download.ts";
import { weightsInfo } from "../../remote/tinker/rest.ts";
import { isTinkerUri, parseUri } from "../../remote/tinker/uri.ts";
import { remoteSubject } from "./remote-subjects.ts";
import type { AskRemoteOptions } from "./test-remote.ts";
import { connectTinker, openTinker } from "./tinker.ts";

export const FORMS = ["peft", "mlx"] as const;

export interface RemoteDownload {
  /** Address, or a run's folder. */
  from: string;
  folder: string;
  forms: readonly (typeof FORMS)[number][];
  /** What the adapter belongs to, where the service calls it otherwise. */
  baseModel?: string | undefined;
}

export interface DownloadedForm {
  form: string;
  folder: string;
}

export interface RemoteDownloadResult {
  uri: string;
  baseModel: string;
  rank: number | null;
  folder: string;
  bytes: number;
  forms: DownloadedForm[];
  /** Forms that could not be written, each with its reason. */
  left: { form: string; reason: string }[];
}

/**
 * `onBytes` gets how many have come. @throws FtError FT-REMOTE-016 for what is not safe, 017 for what does not come;
 * UsageError FT-USAGE-014 where something is at `folder`.
 */
export async function downloadRemote(
  { from, folder: named, forms, baseModel }: RemoteDownload,
  { onBytes, ...options }: AskRemoteOptions & { onBytes?: (bytes: number) => void },
): Promise<RemoteDownloadResult> {
  const folder = resolve(expandHome(named));
  await requireNothingAt(folder);
  const connection = await connectTinker(options);
  const uri = isTinkerUri(from)
    ? parseUri(from).uri
    : (await remoteSubject(connection, from)).samplerUri;
  const { base, rank } = await weightsInfo(connection, uri);
  const model = baseModel ?? base;
  const temporary = temporaryNameFor(folder);
  let bytes = 0;
  try {
    const peft = join(temporary, "peft");
    makeFolders(peft);
    await downloadAdapter(connection, uri, peft, {
      base: model,
      openSession: () => openTinker(options),
      onProgress: (count) => onBytes?.((bytes += count)),
    });
    const left = await converted(peft, temporary, forms, { ...options, model });
    if (!forms.includes("peft")) await rm(peft, { recursive: true });
    await placeNew(temporary, folder);
    const written = forms.filter((form) => !left.some((one) => one.form === form));
    return {
      ...{ uri, baseModel: model, rank: rank ?? null, folder, bytes, left },
      forms: written.map((form) => ({ form, folder: join(folder, form) })),
    };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** In the other forms; what cannot be converted here is told, unless it is all that was asked for. */
async function converted(
  peft: string,
  temporary: string,
  forms: RemoteDownload["forms"],
  { model, onDownload, signal }: AskRemoteOptions & { model: string },
): Promise<RemoteDownloadResult["left"]> {
  const left: RemoteDownloadResult["left"] = [];
  for (const form of forms.filter((one) => one !== "peft")) {
    try {
      const { convertAdapter } = await import("../share/adapter-commands.ts");
      const asked = {
        output: join(temporary, form),
        to: form,
        baseModel: model,
        onDownload,
        signal,
      };
      await convertAdapter(peft, asked);
    } catch (error) {
      if (!(error instanceof FtError) || forms.length === 1) throw error;
      left.push({ form, reason: error.message });
    }
  }
  return left;
}
