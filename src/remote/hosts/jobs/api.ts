// Jobs of Hugging Face over their REST interface: started, looked at, listened to, ended; what machines cost. Sends the
// token in a header and, to the job, as a secret. Source: huggingface_hub 2.4, hf_api.py and _jobs_api.py.
import { z } from "zod";
import { parseBytes } from "../../../core/units.ts";
import { answersOf } from "../../../weights/hub-answers.ts";
import { connect, type HubConnection } from "../../../weights/hub-connection.ts";
import { chunks } from "../../../weights/hub-download.ts";
import type { HubSettings } from "../../../weights/hub-environment.ts";
import { retrying } from "../../../weights/hub-retry.ts";

const Job = z.object({
  id: z.string(),
  status: z.object({ stage: z.string(), message: z.string().nullish() }),
  /** Computed by the hub. */
  durations: z.object({ runningSecs: z.number().nullish() }).nullish(),
  owner: z.object({ name: z.string() }),
});
export type Job = z.infer<typeof Job>;

const Hardware = z.object({
  name: z.string(),
  prettyName: z.string(),
  ram: z.string(),
  ephemeralStorage: z.string().nullish(),
  accelerator: z.object({ model: z.string(), vram: z.string() }).nullish(),
  unitCostUSD: z.number(),
  unitLabel: z.string(),
});
export type Hardware = z.infer<typeof Hardware>;

const Whoami = z.object({ name: z.string() });

/** What a job is, as the hub takes it. */
export interface JobRequest {
  image: string;
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  secrets: Readonly<Record<string, string>>;
  flavor: string;
  timeoutSeconds: number;
  labels: Readonly<Record<string, string>>;
}

/** After these nothing happens any more. */
const over = new Set(["COMPLETED", "CANCELED", "ERROR", "DELETED"]);
export const isOver = ({ status }: Job): boolean => over.has(status.stage);

/** An image that is a Space of the hub is named by its page. */
const space = /^(?:https:\/\/)?(?:huggingface\.co|hf\.co)\/spaces\/(.+)$/;

const imageOf = (image: string): object => {
  const id = space.exec(image)?.[1];
  return id === undefined ? { dockerImage: image } : { spaceId: id };
};

const secondsIn: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600 };

/** Dollars an hour; undefined for a unit that is not known. */
export function hourlyCost({ unitCostUSD, unitLabel }: Hardware): number | undefined {
  const seconds = secondsIn[unitLabel.replace(/s$/, "")];
  return seconds === undefined ? undefined : (unitCostUSD * 3600) / seconds;
}

/** "16 GB" as the hub writes it; 0 for what is no size. */
export function sizeOf(text: string): number {
  try {
    return parseBytes(text.replaceAll(" ", ""));
  } catch {
    return 0;
  }
}

const ATTEMPTS = 3;
/** The hub sends a sign of life every 30 s. */
const LOG_SILENCE_SECONDS = 90;

/** Texts of `data:` lines of a stream of events, as they come. @throws HubFailure where it breaks. */
async function* dataOf(parts: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string[] = [];
  for await (const part of parts) {
    const lines = (rest + decoder.decode(part, { stream: true })).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      if (line !== "" || data.length === 0) continue;
      yield data.join("\n");
      data = [];
    }
  }
}

const LogEntry = z.object({ data: z.string() });

/** All its failures are HubFailures. */
export class JobsApi {
  readonly #hub: HubConnection;

  constructor(settings: HubSettings) {
    this.#hub = connect({ ...settings });
  }

  async #get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const answer = await retrying(this.#hub, { attempts: ATTEMPTS }, () =>
      answersOf(this.#hub)(`${this.#hub.endpoint}/api/${path}`),
    );
    return schema.parse(await answer.json());
  }

  /** Not again by itself: whether a job began is asked by its label. */
  async #post(path: string, body: object | undefined): Promise<unknown> {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const answer = await answersOf(this.#hub)(`${this.#hub.endpoint}/api/${path}`, init);
    return await answer.json().catch(() => undefined);
  }

  async account(): Promise<string> {
    return (await this.#get("whoami-v2", Whoami)).name;
  }

  async hardware(): Promise<Hardware[]> {
    return await this.#get("jobs/hardware", z.array(Hardware));
  }

  async start(namespace: string, request: JobRequest): Promise<Job> {
    const { image, command, environment, secrets, flavor, timeoutSeconds, labels } = request;
    const body = {
      ...{ command, arguments: [], environment, flavor, secrets, timeoutSeconds, labels },
      ...imageOf(image),
    };
    return Job.parse(await this.#post(`jobs/${namespace}`, body));
  }

  /** The newest with a label; undefined where there is none. */
  async withLabel(namespace: string, key: string, value: string): Promise<Job | undefined> {
    const asked = new URLSearchParams({ label: `${key}=${value}` });
    return (await this.#get(`jobs/${namespace}?${asked.toString()}`, z.array(Job)))[0];
  }

  async job(namespace: string, id: string): Promise<Job> {
    return await this.#get(`jobs/${namespace}/${id}`, Job);
  }

  async cancel(namespace: string, id: string): Promise<void> {
    await this.#post(`jobs/${namespace}/${id}/cancel`, undefined);
  }

  /** Lines of its log from the first on, as they come, until the hub or the signal ends it. */
  async *log(namespace: string, id: string, signal: AbortSignal): AsyncGenerator<string> {
    const url = `${this.#hub.endpoint}/api/jobs/${namespace}/${id}/logs`;
    const response = await this.#hub.request(url, { signal });
    for await (const text of dataOf(chunks(response, LOG_SILENCE_SECONDS, signal))) {
      const parsed = LogEntry.safeParse(JSON.parse(text));
      if (parsed.success) yield* parsed.data.data.split(/\r?\n/);
    }
  }
}
