// How fast this machine moves memory: each thread copies a block of its own that is larger than the caches. Decoding
// reads every weight for every token, so this bounds it.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

const blockBytes = 256e6;
const passes = 6;

/** Copies a block to and fro: what is read and what is written both cross the bus. Posts bytes a second. */
const copying = `
const { parentPort } = require("node:worker_threads");
const [from, to] = [Buffer.alloc(${blockBytes / 2}, 1), Buffer.alloc(${blockBytes / 2}, 2)];
from.copy(to);
const started = performance.now();
for (let pass = 0; pass < ${passes}; pass++) from.copy(to);
parentPort.postMessage((${passes} * ${blockBytes}) / ((performance.now() - started) / 1000));
`;

async function copySpeed(): Promise<number> {
  const worker = new Worker(copying, { eval: true });
  return await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** Bytes a second that all cores together move, read and written. */
export async function memoryBandwidth(threads = availableParallelism()): Promise<number> {
  const speeds = await Promise.all(Array.from({ length: threads }, copySpeed));
  return speeds.reduce((sum, speed) => sum + speed, 0);
}
