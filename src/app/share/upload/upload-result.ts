// A result onto the hub: planned and shown first, then sent in one commit. An adapter is merged into its base first where
// that is asked for, in a folder that goes when it is over.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../../core/errors.ts";
import type { OnUpload } from "../../../weights/hub-upload-progress.ts";
import { uploadFiles } from "../../../weights/hub-upload.ts";
import { hubSettings } from "../../../weights/index.ts";
import { exportModel } from "../export-model.ts";
import {
  planUpload,
  requireName,
  requireNoSecrets,
  type UploadPlan,
  type UploadWish,
} from "./plan-upload.ts";
import { isAdapter, mergedSource, uploadSource, type UploadSource } from "./source.ts";

export interface UploadOptions extends UploadWish {
  /** The folder of a run, an adapter or a model. */
  folder: string;
  message: string;
  /** Merges the adapter into `baseModel` and uploads that. */
  mergeAdapter: boolean;
  token?: string | undefined;
  /** Sends nothing. */
  dryRun: boolean;
  /** Shown what is going to be sent; false: nothing is. */
  approve?: (plan: UploadPlan) => Promise<boolean>;
  onProgress?: OnUpload | undefined;
  signal?: AbortSignal | undefined;
}

export interface UploadResult extends UploadPlan {
  dryRun: boolean;
  /** Of the branch, after it; null in a dry run. */
  commit: string | null;
  /** Whether that commit is new: not where nothing had changed. */
  isNew: boolean;
  /** Paths that differed from what was there. */
  sent: string[];
}

/** @throws UsageError FT-UPLOAD-012 where there is no adapter to merge, or nothing to merge it into. */
function requireMergeable({ form }: UploadSource, { baseModel }: UploadOptions): void {
  if (isAdapter(form) && baseModel !== undefined) return;
  throw new UsageError("FT-UPLOAD-012", {
    message: isAdapter(form)
      ? "--merge-adapter needs the base model, and none is named"
      : "this is a whole model already: there is no adapter to merge",
    hint: isAdapter(form)
      ? "--base-model MODEL, the one that it was trained on"
      : "leave --merge-adapter out",
  });
}

/** Runs `work` on what is to be uploaded: the result, or what its adapter is merged into. */
async function withSource<T>(
  options: UploadOptions,
  work: (source: UploadSource) => Promise<T>,
): Promise<T> {
  const source = uploadSource(options.folder);
  if (!options.mergeAdapter) return await work(source);
  requireMergeable(source, options);
  const room = await mkdtemp(join(tmpdir(), "ft-upload-"));
  try {
    const output = join(room, "merged");
    const { baseModel: model = "", signal } = options;
    await exportModel({ format: "hf", model, adapter: source.folder, output, signal });
    return await work(mergedSource(output, source));
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** @throws UsageError FT-UPLOAD-013 where it was shown and not wanted. */
async function requireApproval(plan: UploadPlan, { approve }: UploadOptions): Promise<void> {
  if (approve === undefined || (await approve(plan))) return;
  throw new UsageError("FT-UPLOAD-013", {
    message: "nothing was uploaded: it was not confirmed",
    hint: "--yes uploads without asking, --dry-run only shows",
  });
}

async function uploaded(source: UploadSource, options: UploadOptions): Promise<UploadResult> {
  const { plan, contents } = await planUpload(source, options);
  if (options.dryRun) return { ...plan, dryRun: true, commit: null, isNew: false, sent: [] };
  requireNoSecrets(plan);
  await requireApproval(plan, options);
  const { token, message, isPrivate, id, branch, onProgress, signal } = options;
  const settings = hubSettings({ token });
  const { endpoint } = settings;
  const to = { id, branch, endpoint, settings, isPrivate, message };
  const { commit, isNew, sent } = await uploadFiles({ ...to, files: contents, onProgress, signal });
  return { ...plan, dryRun: false, commit, isNew, sent };
}

/**
 * Shows what would go, and sends it.
 * @throws what planning and `uploadFiles` throw; FtError FT-UPLOAD-008 for secrets; UsageError FT-UPLOAD-012, 013.
 */
export async function uploadResult(options: UploadOptions): Promise<UploadResult> {
  requireName(options.id);
  return await withSource(options, (source) => uploaded(source, options));
}
