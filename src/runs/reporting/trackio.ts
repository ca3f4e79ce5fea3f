// Trackio, over the HTTP interface of its server (version 1): figures by step in a project.
// TRACKIO_SERVER_URL says where (its `write_token`, or TRACKIO_WRITE_TOKEN, lets one write), TRACKIO_PROJECT in which.
import type { RunEvent } from "../events.ts";
import { Outbox } from "./outbox.ts";
import { figuresOf, type Reporter, type ReporterEntry, type ReporterInput } from "./reporter.ts";

class TrackioRun implements Reporter {
  readonly #outbox: Outbox;
  readonly #input: ReporterInput;

  constructor(input: ReporterInput) {
    this.#input = input;
    const { environment, fetch, onProblem } = input;
    const url = new URL(environment["TRACKIO_SERVER_URL"] ?? "");
    const token = url.searchParams.get("write_token") ?? environment["TRACKIO_WRITE_TOKEN"];
    url.search = "";
    this.#outbox = new Outbox({
      ...{ server: "Trackio", base: url.href, fetch, onProblem },
      headers: token ? { "x-trackio-write-token": token } : {},
    });
  }

  tell(event: RunEvent): void {
    const { step, figures } = figuresOf(event);
    if (event.type === "run-started") this.#log({ event: "run-started" }, null, event.config);
    if (figures.length > 0) this.#log(Object.fromEntries(figures), step);
  }

  #log(metrics: object, step: number | null, config: object | null = null): void {
    const { environment, runId } = this.#input;
    const project = environment["TRACKIO_PROJECT"] ?? "ft";
    const logs = [{ project, run: runId, metrics, step, config }];
    this.#outbox.post(async (send) => {
      const body = { args: [], kwargs: { logs, hf_token: null } };
      const answer = (await send({ path: "api/bulk_log", body })) as { error?: unknown };
      if (answer.error) throw new RangeError("the server refused the figures");
    });
  }

  close(): Promise<void> {
    return this.#outbox.close();
  }
}

export const trackio: ReporterEntry = {
  about: "trackio server at TRACKIO_SERVER_URL",
  problem: ({ TRACKIO_SERVER_URL: url }) =>
    url !== undefined && /^https?:\/\//.test(url) && URL.canParse(url)
      ? undefined
      : "TRACKIO_SERVER_URL must be the http address of a server",
  open: (input) => new TrackioRun(input),
};
