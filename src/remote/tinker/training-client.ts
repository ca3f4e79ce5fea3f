import { chunked, joinOutputs } from "./chunks.ts";
import { compressed } from "./compress.ts";
import type { Connection } from "./connection.ts";
import { gone } from "./errors.ts";
import { PROTOBUF } from "./http.ts";
import type { Reading } from "./poll.ts";
// One model that is trained at Tinker: every request has the next number of one sequence, and the service carries them
// out in that order, whichever arrives first. Requests are handed over one after the other without waiting for results,
// so that the service always has the next one.
import { Refusal } from "./refusal.ts";
import type { Session } from "./session.ts";
import { CreatedModel, ModelInfo, SavedPath } from "./wire/answers.ts";
import {
  type Datum,
  passJson,
  passMessage,
  type PassOutput,
  readPassJson,
  readPassMessage,
} from "./wire/forward-backward.ts";

export interface LoraShape {
  rank: number;
  seed: number;
  trainUnembed: boolean;
  trainMlp: boolean;
  trainAttention: boolean;
}

export interface AdamStep {
  learningRate: number;
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  /** 0: gradients are not clipped. */
  gradientClip: number;
}

/** What a model is called and what its tokens are. */
export interface RemoteModel {
  modelId: string;
  /** The base model. */
  name: string | undefined;
  /** Of the hub, as the service tells it. */
  tokenizer: string | undefined;
  rank: number | undefined;
}

export interface PassOptions {
  /** Losses only: nothing is learned. */
  forwardOnly?: boolean;
}

export type Wire = "protobuf" | "json";

const nothing = (): undefined => undefined;

/** The result of a request of a training run; what is kept no more cannot be asked for again: it may have been done. */
async function resultOf<T>(connection: Connection, id: string, reading: Reading<T>): Promise<T> {
  try {
    return await connection.result(id, reading);
  } catch (error) {
    throw error instanceof Refusal ? gone(reading.what) : error;
  }
}

export class TrainingClient {
  readonly model: RemoteModel;
  readonly #connection: Connection;
  readonly #wire: Wire;
  #sequence = 0;
  /** The request before: the next one is handed over once this one is. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What ended the sequence: nothing may follow a request that the service did not get. */
  #broken: { error: unknown } | undefined;

  private constructor(connection: Connection, model: RemoteModel, wire: Wire) {
    this.#connection = connection;
    this.model = model;
    this.#wire = wire;
  }

  /** A new adapter on a base model. */
  static async create(
    session: Session,
    { base, lora, wire }: { base: string; lora: LoraShape; wire: Wire },
  ): Promise<TrainingClient> {
    const { connection } = session;
    const body = {
      ...{ session_id: session.id, model_seq_id: session.nextModel(), base_model: base },
      lora_config: {
        ...{ rank: lora.rank, seed: lora.seed, train_unembed: lora.trainUnembed },
        ...{ train_mlp: lora.trainMlp, train_attn: lora.trainAttention },
      },
      ...{ optimizer_config: { type: "adamw" }, type: "create_model" },
    };
    const what = `an adapter on ${base}`;
    const id = await connection.submit(what, { path: "/api/v1/create_model", body });
    const reading = {
      what,
      type: "CreateModel",
      json: (value: unknown) => CreatedModel.parse(value),
    };
    const { model_id } = await resultOf(connection, id, reading);
    return new TrainingClient(connection, await infoOf(connection, model_id), wire);
  }

  /** An adapter as a checkpoint left it, with the optimizer's state. */
  static async load(
    session: Session,
    { path, wire, optimizer = true }: { path: string; wire: Wire; optimizer?: boolean },
  ): Promise<TrainingClient> {
    const { connection } = session;
    const number = session.nextModel();
    const named = { session_id: session.id, model_seq_id: number };
    const body = { ...named, path, optimizer, type: "load_weights" };
    const what = `the checkpoint ${path}`;
    const id = await connection.submit(what, { path: "/api/v1/load_weights", body });
    await resultOf(connection, id, { what, type: "LoadWeights", json: nothing });
    const modelId = `${session.id}:train:${number}`;
    return new TrainingClient(connection, await infoOf(connection, modelId), wire);
  }

  /** Requests so far. */
  get requests(): number {
    return this.#sequence;
  }

  /** Losses of all data, their gradients added to those that wait for the next step; in chunks where they are many. */
  async pass(
    data: readonly Datum[],
    { forwardOnly = false }: PassOptions = {},
  ): Promise<PassOutput> {
    const { config } = this.#connection;
    const chunks = chunked(data, config).map((part) => ({ part, seqId: ++this.#sequence }));
    const what = forwardOnly ? "a forward pass" : "a forward and backward pass";
    const type = forwardOnly ? "Forward" : "ForwardBackward";
    const send = ({ part, seqId }: (typeof chunks)[number]): Promise<string> =>
      this.#sendPass(what, part, seqId, forwardOnly);
    const ids = await this.#inTurn(async () => {
      if (!config.parallel_fwdbwd_chunks) return await oneByOne(chunks, send);
      // the first one last: once it is there the service has all of them, and can take them together
      const [first, ...others] = chunks;
      const rest = await Promise.all(others.map(send));
      return first === undefined ? [] : [await send(first), ...rest];
    });
    const message = this.#wire === "protobuf" && { message: readPassMessage };
    const reading = { ...{ what, type, json: readPassJson }, ...message };
    const outputs = ids.map((id) => resultOf(this.#connection, id, reading));
    return joinOutputs(await Promise.all(outputs));
  }

  async #sendPass(
    what: string,
    data: Datum[],
    seqId: number,
    forwardOnly: boolean,
  ): Promise<string> {
    const pass = { modelId: this.model.modelId, seqId, data, forwardOnly };
    if (this.#wire === "json") return await this.#connection.submit(what, passJson(pass));
    const bytes = passMessage(pass);
    const isSmall = this.#connection.config.proto_compress_fwdbwd;
    return await this.#connection.submit(what, {
      path: "/api/v1/forward_backward",
      body: isSmall ? await compressed(bytes) : bytes,
      headers: { "content-type": PROTOBUF, ...(isSmall && { "content-encoding": "zstd" }) },
    });
  }

  /** One step of the optimizer with the gradients that were added up. */
  async step(adam: AdamStep): Promise<void> {
    const adam_params = {
      ...{ learning_rate: adam.learningRate, beta1: adam.beta1, beta2: adam.beta2, eps: adam.eps },
      ...{ weight_decay: adam.weightDecay, grad_clip_norm: adam.gradientClip },
    };
    const call = { path: "/api/v1/optim_step", body: { adam_params, type: "optim_step" } };
    await this.#request("a step of the optimizer", "OptimStep", call, nothing);
  }

  /** Weights and optimizer under a name; returns their address. */
  async saveState(name: string): Promise<string> {
    const body = { path: name, overwrite: false, type: "save_weights" };
    const call = { path: "/api/v1/save_weights", body };
    return await this.#request(`the checkpoint ${name}`, "SaveWeights", call, pathOf);
  }

  /** Weights to sample from. */
  async saveForSampler(name: string): Promise<string> {
    const body = { path: name, kind: "snapshot", type: "save_weights_for_sampler" };
    const call = { path: "/api/v1/save_weights_for_sampler", body };
    return await this.#request(`the sampler ${name}`, "SaveWeightsForSampler", call, pathOf);
  }

  /** Weights to fetch, in PEFT's form, kept for an hour at least. */
  async saveExternal(name: string, ttlSeconds: number): Promise<string> {
    const body = { path: name, ttl_seconds: ttlSeconds, type: "save_weights_external" };
    const call = { path: "/api/v1/save_weights_external", body };
    return await this.#request(`the files of ${name}`, "SaveWeightsExternal", call, pathOf);
  }

  async #request<T>(
    what: string,
    type: string,
    { path, body }: { path: string; body: object },
    json: (value: unknown) => T,
  ): Promise<T> {
    const whole = { model_id: this.model.modelId, seq_id: ++this.#sequence, ...body };
    const id = await this.#inTurn(() => this.#connection.submit(what, { path, body: whole }));
    return await resultOf(this.#connection, id, { what, type, json });
  }

  /** Hands over after what came before; when one is not handed over, none that follows is. */
  #inTurn<T>(submit: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      if (this.#broken !== undefined) throw this.#broken.error;
      try {
        return await submit();
      } catch (error) {
        this.#broken = { error };
        throw error;
      }
    });
    this.#turn = mine.catch(nothing);
    return mine;
  }
}

const pathOf = (value: unknown): string => SavedPath.parse(value).path;

async function oneByOne<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}

async function infoOf(connection: Connection, modelId: string): Promise<RemoteModel> {
  const call = { path: "/api/v1/get_info", body: { model_id: modelId, type: "get_info" } };
  const { model_data, lora_rank } = await connection.call("what the model is", call, ModelInfo);
  const { model_name, tokenizer_id } = model_data;
  return {
    modelId,
    name: model_name ?? undefined,
    tokenizer: tokenizer_id?.split(":")[0] || undefined,
    rank: lora_rank ?? undefined,
  };
}
