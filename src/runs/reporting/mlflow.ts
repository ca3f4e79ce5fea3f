// MLflow, over its REST interface (version 2.0): settings as parameters, figures as metrics, how the run ended.
// MLFLOW_TRACKING_URI says where, with a name and password or without; MLFLOW_EXPERIMENT_NAME, MLFLOW_TRACKING_TOKEN or
// …_USERNAME and …_PASSWORD as there.
import type { Environment } from "../../core/paths.ts";
import type { RunEvent } from "../events.ts";
import { Outbox, type Letter, ServerRefusal } from "./outbox.ts";
import { figuresOf, type Reporter, type ReporterEntry, type ReporterInput } from "./reporter.ts";

/** Limits of one request, and of a value. */
const mostParameters = 100;
const mostCharacters = 500;

const STATUS: Partial<Record<RunEvent["type"], string>> = {
  "run-completed": "FINISHED",
  "run-failed": "FAILED",
  "run-stopped": "KILLED",
};

type Send = (letter: Letter) => Promise<unknown>;

/** Of a part of an address, what its %40 and the like stand for. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What is said apart counts; else what stands in the address, as MLflow's own clients take it. */
function authorization(environment: Environment, address: URL): Record<string, string> {
  const token = environment["MLFLOW_TRACKING_TOKEN"];
  if (token) return { authorization: `Bearer ${token}` };
  const user = environment["MLFLOW_TRACKING_USERNAME"];
  const said = `${user}:${environment["MLFLOW_TRACKING_PASSWORD"] ?? ""}`;
  const written = `${plain(address.username)}:${plain(address.password)}`;
  const pair = user ? said : written;
  return pair === ":" ? {} : { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** The address without a name and password: no request may have them there. */
function bareAddress(address: URL): string {
  const bare = new URL(address);
  bare.username = "";
  bare.password = "";
  return bare.href;
}

function parametersOf(value: unknown, under = ""): { key: string; value: string }[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return [{ key: under, value: text.slice(0, mostCharacters) }];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    parametersOf(inner, under === "" ? key : `${under}.${key}`),
  );
}

function textAt(value: unknown, ...path: string[]): string {
  let at: unknown = value;
  for (const key of path) at = (at as Record<string, unknown> | undefined)?.[key];
  if (typeof at === "string") return at;
  throw new RangeError(`an answer without ${path.join(".")}`);
}

class MlflowRun implements Reporter {
  readonly #outbox: Outbox;
  readonly #input: ReporterInput;
  /** The server's own id of the run. */
  #id: string | undefined;

  constructor(input: ReporterInput) {
    this.#input = input;
    const { environment, fetch, onProblem } = input;
    const address = new URL(environment["MLFLOW_TRACKING_URI"] ?? "");
    this.#outbox = new Outbox({
      ...{ server: "MLflow", headers: authorization(environment, address), fetch, onProblem },
      base: bareAddress(address),
    });
    const startTime = Date.now();
    this.#outbox.post((send) => this.#begin(send, startTime));
  }

  async #experiment(send: Send): Promise<string> {
    const name = this.#input.environment["MLFLOW_EXPERIMENT_NAME"] ?? "Default";
    const query = `experiment_name=${encodeURIComponent(name)}`;
    try {
      const path = `api/2.0/mlflow/experiments/get-by-name?${query}`;
      return textAt(await send({ method: "GET", path }), "experiment", "experiment_id");
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.status !== 404) throw error;
      const made = await send({ path: "api/2.0/mlflow/experiments/create", body: { name } });
      return textAt(made, "experiment_id");
    }
  }

  async #begin(send: Send, start_time: number): Promise<void> {
    const { runId, config } = this.#input;
    const body = { experiment_id: await this.#experiment(send), run_name: runId, start_time };
    const made = await send({ path: "api/2.0/mlflow/runs/create", body });
    this.#id = textAt(made, "run", "info", "run_id");
    const params = parametersOf(config);
    for (let at = 0; at < params.length; at += mostParameters) {
      await this.#batch(send, { params: params.slice(at, at + mostParameters) });
    }
  }

  async #batch(send: Send, content: object): Promise<void> {
    if (this.#id === undefined) throw new RangeError("the run could not be made there");
    const body = { run_id: this.#id, ...content };
    await send({ path: "api/2.0/mlflow/runs/log-batch", body });
  }

  tell(event: RunEvent): void {
    const { step, figures } = figuresOf(event);
    const timestamp = Date.parse(event.time);
    if (figures.length > 0) {
      const metrics = figures.map(([key, value]) => ({ key, value, timestamp, step }));
      this.#outbox.post((send) => this.#batch(send, { metrics }));
    }
    const status = STATUS[event.type];
    if (status === undefined) return;
    this.#outbox.post(async (send) => {
      const body = { run_id: this.#id, status, end_time: timestamp };
      await send({ path: "api/2.0/mlflow/runs/update", body });
    });
  }

  close(): Promise<void> {
    return this.#outbox.close();
  }
}

export const mlflow: ReporterEntry = {
  about: "MLflow server at MLFLOW_TRACKING_URI",
  problem: ({ MLFLOW_TRACKING_URI: uri }) =>
    uri !== undefined && /^https?:\/\//.test(uri) && URL.canParse(uri)
      ? undefined
      : "MLFLOW_TRACKING_URI must be the http address of a server",
  open: (input) => new MlflowRun(input),
};
