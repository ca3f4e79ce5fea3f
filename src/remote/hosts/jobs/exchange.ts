// What a job of Hugging Face and the machine that asked for it hand to each other: a private dataset of the hub, with
//   files/DIGEST/NAME   inputs, each content once       runs/ID/task.json    what is to be done
//   runs/ID/stop        asks it to save and to end      runs/ID/events.jsonl and runs/ID/run/…   what came of it
//   runs/ID/saved/step-N/…   the run's folder with that checkpoint, sent while the job went on
// Knows no jobs: those are api.ts's.
import { dirname, join } from "node:path";
import { z } from "zod";
import { makeFolders } from "../../../core/folders.ts";
import {
  allFilesAt,
  connect,
  describe,
  type HubConnection,
} from "../../../weights/hub-connection.ts";
import { downloadBlob } from "../../../weights/hub-download.ts";
import type { HubSettings } from "../../../weights/hub-environment.ts";
import { HubFailure } from "../../../weights/hub-errors.ts";
import { datasetName, pathInAddress } from "../../../weights/hub-repository.ts";
import { type UploadFile, uploadFiles } from "../../../weights/hub-upload.ts";
import { requirePlainName } from "../../tinker/archive.ts";

/** What a job is to do. */
export const JobTask = z.object({
  /** Of ft where the run was asked for: settings of one need not be those of another. */
  version: z.string(),
  /** Of `ft train start --config`, with places as the job has them. */
  settings: z.record(z.string(), z.unknown()),
  /** Where the job puts inputs and the run. */
  folder: z.string(),
  /** Digests of inputs, which lie in the repository below `files/`. */
  inputs: z.array(z.string()),
  /** After so many seconds it saves and ends by itself, before the hub ends it. */
  seconds: z.number().positive(),
});
export type JobTask = z.infer<typeof JobTask>;

export const inputFolder = (digest: string): string => `files/${digest}`;
/** Of a run's folder as it was after a checkpoint. */
export const savedPlace = (id: string, step: number): string => runPlace(id, `saved/step-${step}`);
export const runPlace = (id: string, name: string): string => `runs/${id}/${name}`;

const MAIN = "main";

const isStatus = (error: unknown, ...statuses: number[]): boolean =>
  error instanceof HubFailure && statuses.includes(error.status ?? 0);

export class Exchange {
  readonly #id: string;
  readonly #settings: HubSettings;
  readonly #hub: HubConnection;

  /** `repository`: "name/of-it". */
  constructor(settings: HubSettings, repository: string) {
    this.#settings = settings;
    this.#id = datasetName(repository);
    this.#hub = connect({ ...settings });
  }

  /** Undefined where it is not there. @throws HubFailure */
  async isPrivate(): Promise<boolean | undefined> {
    try {
      return (await describe(this.#hub, this.#id, MAIN)).isPrivate;
    } catch (error) {
      if (isStatus(error, 404, 401)) return undefined;
      throw error;
    }
  }

  /** A small file as it stands now; undefined where there is none. @throws HubFailure */
  async read(path: string): Promise<string | undefined> {
    const url = `${this.#hub.endpoint}/${this.#id}/resolve/${MAIN}/${pathInAddress(path)}`;
    try {
      return await (await this.#hub.request(url)).text();
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** Puts files there in one commit; what is there already is not sent. @throws ProviderError FT-UPLOAD-NNN */
  async send(files: readonly UploadFile[], message: string): Promise<void> {
    await uploadFiles({
      ...{ id: this.#id, branch: MAIN, endpoint: this.#settings.endpoint },
      ...{ settings: this.#settings, files, isPrivate: true, message },
    });
  }

  /** Whether a folder there has anything in it. @throws HubFailure */
  async missing(folders: readonly string[]): Promise<Set<string>> {
    const files = (await this.#listed()).map(({ name }) => name);
    return new Set(
      folders.filter((folder) => !files.some((name) => name.startsWith(`${folder}/`))),
    );
  }

  /** Steps of the checkpoints that a job has sent so far, in order. @throws HubFailure */
  async savedSteps(id: string): Promise<number[]> {
    const pattern = /^saved\/step-(\d{1,9})\//;
    const place = runPlace(id, "");
    const steps = (await this.#listed()).flatMap(({ name }) => {
      const found = name.startsWith(place) && pattern.exec(name.slice(place.length))?.[1];
      return found ? [Number(found)] : [];
    });
    return [...new Set(steps)].toSorted((a, b) => a - b);
  }

  async #listed() {
    const { commit } = await describe(this.#hub, this.#id, MAIN);
    return (await allFilesAt(this.#hub, this.#id, commit)).map((file) => ({ ...file, commit }));
  }

  /**
   * Every file below a folder there, into one here; their names from there on. Each is checked against the hash that the
   * hub tells. @throws HubFailure; FtError FT-REMOTE-016 for a name that leads elsewhere.
   */
  async download(folder: string, into: string, signal?: AbortSignal): Promise<string[]> {
    const files = (await this.#listed()).filter(({ name }) => name.startsWith(`${folder}/`));
    const names: string[] = [];
    for (const { commit, ...file } of files) {
      const name = requirePlainName(file.name.slice(folder.length + 1));
      const target = join(into, name);
      makeFolders(dirname(target));
      const common = { hub: this.#hub, id: this.#id, commit, file, target, signal };
      await downloadBlob({ ...common, onBytes: () => undefined });
      names.push(name);
    }
    return names;
  }
}
