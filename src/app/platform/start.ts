// What is done with datasets when a program that serves them starts: files brought in step after a crash, files that
// were put into the folder taken in.
import type { Environment } from "../../core/paths.ts";
import type { Store } from "../../store/index.ts";
import {
  datasetsFolder,
  type PlatformFileState,
  syncPlatformFiles,
} from "../../store/platform/index.ts";
import { type FoundFile, importFolder } from "./import-folder.ts";

export interface StartedPlatform {
  folder: string;
  /** Files that were not as the database has them. */
  files: PlatformFileState[];
  found: FoundFile[];
}

export async function startPlatform(
  store: Store,
  environment: Environment = process.env,
  signal?: AbortSignal,
): Promise<StartedPlatform> {
  const folder = datasetsFolder(environment);
  const files = (await syncPlatformFiles(store, signal)).filter(({ state }) => state !== "same");
  return { folder, files, found: await importFolder(store, folder, signal) };
}
