// A host that is a shell: a machine over ssh, or this one. Everything it is asked is a script (far-scripts.ts).
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { parseJson } from "../../core/json-text.ts";
import { formatBytes } from "../../core/units.ts";
import { failedThere, noProgram, noRoom, nothingComputes, otherVersion } from "./errors.ts";
import * as scripts from "./far-scripts.ts";
import {
  type Capabilities,
  type Companion,
  type HostReport,
  type HostStatus,
  LineDropped,
  type Runner,
  type RunInput,
  type RunPlaces,
  type RunSpec,
  type SubmitOptions,
  type Submitted,
} from "./runner.ts";
import { endOf, heard, lastWords, quoted, run, type Said, type Shell, start } from "./shell.ts";

/** What an entry of a host that is a shell may say. */
export const ProgramOptions = z.strictObject({
  ft: z
    .string()
    .default("ft")
    .describe("The command that is ft there, as that machine's shell reads it")
    .register(flags, { value: "COMMAND" }),
  folder: z
    .string()
    .default("")
    .describe("Folder for runs there; default: ft-runs in the user's home")
    .register(flags, { value: "FOLDER" }),
  environment: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
    .default({})
    .describe("Variables for ft there; no place for secrets")
    .register(flags, { value: "NAME=VALUE" }),
});
export type ProgramOptions = z.infer<typeof ProgramOptions>;

const Info = z.object({
  backend: z.string().nullable(),
  backendReason: z.string(),
  device: z.string().nullable(),
  memoryBytes: z.number(),
  platform: z.string(),
  node: z.string(),
  version: z.string(),
});

interface Found {
  root: string;
  freeBytes: number;
  info: z.infer<typeof Info>;
}

/** Where each of the inputs is there, by its path here; what is none of them keeps its name. */
function placesIn(root: string, inputs: readonly RunInput[]): RunPlaces["of"] {
  return (path) => {
    const input = inputs.find((one) => one.path === path);
    return input === undefined ? path : `${root}/files/${input.digest}/${basename(path)}`;
  };
}

const isFull = (stderr: string): boolean =>
  /no space left|disk quota|file too large|size limit exceeded|ENOSPC/i.test(stderr);

export class ShellRunner implements Runner {
  readonly #shell: Shell;
  readonly #options: ProgramOptions;
  /** Of ft here. */
  readonly #version: string;
  #found: Promise<Found> | undefined;

  constructor(shell: Shell, options: ProgramOptions, version: string) {
    this.#shell = shell;
    this.#options = options;
    this.#version = version;
  }

  get #ft(): string {
    const set = Object.entries(this.#options.environment).map(
      ([name, value]) => `${name}=${quoted(value)} `,
    );
    return `${set.join("")}${this.#options.ft}`;
  }

  #failure(what: string, { stderr }: Said): Error {
    const said = lastWords(stderr);
    return isFull(stderr)
      ? noRoom(this.#shell.name, said)
      : failedThere(this.#shell.name, what, said);
  }

  async #run(what: string, script: string, input?: Parameters<typeof run>[2]): Promise<string> {
    const said = await run(this.#shell, script, input);
    if (said.code !== 0) throw this.#failure(what, said);
    return said.stdout;
  }

  /** What is there, looked for once. */
  async #look(): Promise<Found> {
    this.#found ??= this.#find().catch((error: unknown) => {
      this.#found = undefined;
      throw error;
    });
    return await this.#found;
  }

  async #find(): Promise<Found> {
    const said = await run(this.#shell, scripts.checkScript(this.#options.folder, this.#ft));
    if (said.code === 9) throw this.#failure(`making the folder for runs`, said);
    const root = /^folder (.+)$/m.exec(said.stdout)?.[1];
    const free = /^free (\d+)$/m.exec(said.stdout)?.[1];
    const parsed = parseJson(said.stdout.slice(said.stdout.indexOf("{")));
    const info = Info.safeParse(parsed.ok ? parsed.value : undefined);
    if (root === undefined || !info.success) {
      throw noProgram(this.#shell.name, this.#options.ft, lastWords(said.stderr));
    }
    return { root, freeBytes: Number(free ?? 0) * 1024, info: info.data };
  }

  async check(): Promise<HostReport> {
    const { info } = await this.#look();
    if (info.version !== this.#version) {
      throw otherVersion(this.#shell.name, info.version, this.#version);
    }
    if (info.backend === null) throw nothingComputes(this.#shell.name, info.backendReason);
    return { version: info.version, node: info.node, platform: info.platform };
  }

  async capabilities(): Promise<Capabilities> {
    const { info, freeBytes } = await this.#look();
    const { backend, device, memoryBytes } = info;
    return { backend: backend ?? "none", device, memoryBytes, freeBytes };
  }

  async submit(spec: RunSpec, { onCopy, onPlaced }: SubmitOptions = {}): Promise<Submitted> {
    await this.check();
    const { root } = await this.#look();
    await this.#copy(spec, root, onCopy);
    const of = placesIn(root, spec.inputs);
    const places: RunPlaces = { output: `${root}/runs/${spec.id}/run`, of };
    const settings = JSON.stringify(spec.settings(places), null, 2);
    const placed: Submitted = {
      id: spec.id,
      output: places.output,
      inputs: spec.inputs.map(({ path }) => [of(path), path]),
    };
    await onPlaced?.(placed);
    await this.#run("the start", scripts.startScript(root, spec.id, this.#ft), settings);
    return placed;
  }

  async goOn(id: string): Promise<boolean> {
    await this.check();
    const { root } = await this.#look();
    const script = scripts.goOnScript(root, id, this.#ft);
    return (await this.#run("going on", script)).trim() !== "nothing";
  }

  get companion(): Companion {
    return {
      shell: this.#shell,
      ft: this.#ft,
      bring: async (inputs, onCopy) => {
        await this.check();
        const { root } = await this.#look();
        await this.#copy({ inputs, id: randomUUID() }, root, onCopy);
        return placesIn(root, inputs);
      },
    };
  }

  async #copy(
    { inputs, id }: Pick<RunSpec, "inputs" | "id">,
    root: string,
    onCopy?: (input: RunInput) => void,
  ) {
    if (inputs.length === 0) return;
    const digests = inputs.map(({ digest }) => digest);
    const answer = await this.#run("the copy", scripts.missingScript(root, digests));
    const missing = new Set(answer.split("\n"));
    const wanted = inputs.filter(({ digest }) => missing.has(digest));
    const bytes = wanted.reduce((sum, input) => sum + input.bytes, 0);
    const free = Number(await this.#run("the copy", scripts.freeScript(root))) * 1024;
    if (bytes > free) {
      const figures = `${formatBytes(bytes)} are to be copied, ${formatBytes(free)} are free`;
      throw noRoom(this.#shell.name, figures);
    }
    for (const input of wanted) {
      onCopy?.(input);
      await this.#send(input, root, id);
    }
  }

  /** Through the tar of both machines; links are followed here, so that what goes there is files. */
  async #send({ path, digest }: RunInput, root: string, id: string): Promise<void> {
    const args = ["-chf", "-", "-C", dirname(path), `./${basename(path)}`];
    const packing = spawn("tar", args, { stdio: ["ignore", "pipe", "pipe"] });
    const packErrors = heard(packing.stderr);
    const packed = endOf(packing);
    const script = scripts.unpackScript(root, digest, id);
    await this.#run(`the copy of ${basename(path)}`, script, packing.stdout);
    const code = await packed;
    if (code !== 0) {
      throw failedThere(this.#shell.name, `reading ${path} here`, lastWords(packErrors()));
    }
  }

  async status(id: string): Promise<HostStatus> {
    const { root } = await this.#look();
    const said = (await this.#run("the look", scripts.statusScript(root, id))).trim();
    const code = /^over (\d+)$/.exec(said)?.[1];
    if (code !== undefined) return { state: "over", code: Number(code) };
    return { state: said === "running" || said === "gone" ? said : "unknown" };
  }

  async logs(id: string, cursor: number): Promise<{ text: string; cursor: number }> {
    const { root } = await this.#look();
    const text = await this.#run("the log", scripts.logScript(root, id, cursor));
    return { text, cursor: cursor + Buffer.byteLength(text) };
  }

  async *metrics(id: string, cursor: number, signal?: AbortSignal): AsyncGenerator<string> {
    const { root } = await this.#look();
    const child = start(this.#shell, scripts.followScript(root, id, cursor), signal);
    const err = heard(child.stderr);
    const ended = endOf(child);
    ended.catch(() => undefined);
    child.stdin?.end();
    try {
      if (child.stdout === null) throw new LineDropped("no output");
      for await (const line of createInterface({ input: child.stdout })) {
        if (/^#(over|gone)/.test(line)) return;
        if (!line.startsWith("#")) yield line;
      }
      const code = await ended;
      if (code === 9) throw failedThere(this.#shell.name, "following", `${id} is not there`);
      throw new LineDropped(this.#shell.refusal(code, err())?.message ?? lastWords(err(), 1));
    } finally {
      child.kill();
    }
  }

  async cancel(id: string): Promise<void> {
    const { root } = await this.#look();
    await this.#run("stopping", scripts.cancelScript(root, id));
  }

  async *fetch(id: string): AsyncGenerator<Uint8Array> {
    const { root } = await this.#look();
    const child = start(this.#shell, scripts.packScript(root, id));
    const err = heard(child.stderr);
    const ended = endOf(child);
    ended.catch(() => undefined);
    child.stdin?.end();
    try {
      for await (const part of child.stdout ?? []) yield part as Uint8Array;
      const code = await ended;
      if (code !== 0) throw new LineDropped(lastWords(err(), 1));
    } finally {
      child.kill();
    }
  }

  /** Nobody asks for money. */
  cost(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  spent(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
