// A worker that is not the first: it makes the same run ready, trains its share, and writes nothing that stays.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepAwake } from "../../../core/keep-awake.ts";
import { openRun } from "../../../runs/index.ts";
import { train } from "../../../train/loop.ts";
import type { Ring } from "../../../train/parallel/ring.ts";
import type { RunConfig } from "../../config/schema.ts";
import { withPaths } from "../absolute-paths.ts";
import type { Watcher } from "../execute-run.ts";
import { assembleRun, prepareRun } from "../prepare-run.ts";
import { becomeEqual, hearRun } from "./agree.ts";
import type { FollowRequest } from "./messages.ts";

/** The settings that the first worker has, with the places here. */
function settingsHere(config: RunConfig, { places }: FollowRequest, output_dir: string): RunConfig {
  const here = new Map(places);
  const moved = withPaths(config, {
    named: (text) => here.get(text) ?? text,
    place: (path) => path,
  });
  return { ...moved, output_dir, report_to: [] };
}

/** To the end of the run, or to where all stop. */
export async function followRun(
  request: FollowRequest,
  ring: Ring,
  watcher: Watcher,
): Promise<void> {
  const { config, template } = hearRun(ring);
  const scratch = await mkdtemp(join(tmpdir(), "ft-worker-"));
  try {
    if (request.maySleep !== true) keepAwake();
    const asked = settingsHere(config, request, scratch);
    const { force } = request;
    const prepared = await prepareRun(asked, watcher, { template, force });
    const folder = openRun(scratch);
    try {
      const run = assembleRun(prepared, folder, watcher);
      becomeEqual(ring, prepared, run);
      const facts = train(run);
      while ((await facts.next()).done !== true);
    } finally {
      folder.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
