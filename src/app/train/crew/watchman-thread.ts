// The thread beside a worker that computes: it hears and tells while the worker waits for others. When whoever started
// the worker is gone, the worker stops in order, or is ended.
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { parentPort, workerData } from "node:worker_threads";
import { parseJson } from "../../../core/json-text.ts";
import { cutRing } from "../../../mx/distributed.ts";
import { type FromWorker, SHARED, type ToWorker } from "./messages.ts";

const beatMilliseconds = 1000;
/** Until who is left alone gives up waiting for the others, and until it is ended: time to write a checkpoint. */
const aloneMilliseconds = 5000;
const lastMilliseconds = 60_000;

const port = parentPort;
if (port === null) throw new RangeError("this is no thread");
const shared = workerData as Int32Array;
const input = new Socket({ fd: 0, readable: true, writable: false });
const output = new Socket({ fd: 1, readable: false, writable: true });

const isJoined = (): boolean => Atomics.load(shared, SHARED.joined) === 1;
const end = (): void => void process.kill(process.pid, "SIGKILL");

function cut(reason: string): void {
  port?.postMessage({ type: "cut", reason } satisfies ToWorker);
  // Whoever waits for neighbours that never came cannot be freed.
  if (isJoined()) cutRing();
  else end();
}

/** Seconds of silence after which whoever started a worker on another machine is taken to be gone. */
const silenceSeconds = 15;
let silence = 0;
let isFar = false;
let isAlone = false;

function hear(message: ToWorker): void {
  silence = 0;
  if (message.type === "start") isFar = message.request.isFar;
  if (message.type === "beat") return;
  if (message.type === "cut") cut(message.reason);
  else if (message.type === "stop") Atomics.store(shared, SHARED.stop, 1);
  else port?.postMessage(message);
}

function leftAlone(): void {
  if (isAlone) return;
  isAlone = true;
  Atomics.store(shared, SHARED.stop, 1);
  if (!isJoined()) return end();
  setTimeout(() => cut("whoever started the workers is gone"), aloneMilliseconds);
  setTimeout(end, lastMilliseconds);
}

createInterface({ input }).on("line", (line) => {
  const parsed = parseJson(line);
  if (parsed.ok) hear(parsed.value as ToWorker);
});
input.on("close", leftAlone);
input.on("error", () => undefined);
output.on("error", () => undefined);

const say = (message: FromWorker, then?: () => void): void =>
  void output.write(`${JSON.stringify(message)}\n`, then);

setInterval(() => {
  say({ type: "beat" });
  silence += 1;
  if (isFar && silence >= silenceSeconds) leftAlone();
}, beatMilliseconds);

/** Of the worker: what is to be told; null: it has nothing more to tell. */
port.on("message", (message: FromWorker | null) => {
  if (message !== null) say(message);
  else output.write("", () => port.postMessage(null));
});
