// One statement tried on a fresh SQLite database in memory, in a thread of its own that is ended when it takes too long:
// what a model writes is run, so memory, pages, rows and time are bounded, and no file is in reach. The caller waits.
import { createRequire } from "node:module";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";

export type SqlValue = number | string | null | Uint8Array;

/** Rows of a query; of a statement that gives none, the rows of all tables afterwards. */
export type SqlOutcome = { rows: SqlValue[][]; isQuery: boolean } | { problem: string };

export interface SqlTrial {
  setup: readonly string[];
  statement: string;
}

export const sqlLimits = {
  milliseconds: 3000,
  heapBytes: 2 ** 26,
  pages: 2 ** 13,
  rows: 10_000,
  characters: 2 ** 20,
};

/** To compile SQLite, on a busy machine. */
const startMilliseconds = 60_000;

/** Runs in the thread. sql.js keeps its files in memory: it reaches none of the machine's. */
const program = `
const { workerData: { library, limits, port, signal } } = require("node:worker_threads");
const forbidden = /^(attach|detach|vacuum|pragma)\\b/i;
const bare = (sql) => sql.replace(/^(\\s|;|--[^\\n]*(\\n|$)|\\/\\*[^]*?\\*\\/)+/, "");

function rowsOf(statement) {
  const rows = [];
  let characters = 0;
  while (statement.step()) {
    const row = statement.get();
    characters += row.reduce((sum, value) => sum + (value?.length ?? 8), 0);
    if (rows.push(row) > limits.rows || characters > limits.characters) throw new RangeError("the result is too large");
  }
  return rows;
}

function tables(db) {
  const names = db.exec("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")[0]?.values.flat() ?? [];
  return names.flatMap((name) => {
    const statement = db.prepare('SELECT * FROM "' + name.replaceAll('"', '""') + '"');
    try { return rowsOf(statement).map((row) => [name, ...row]); } finally { statement.free(); }
  });
}

function tried(SQL, { setup, statement }) {
  const db = new SQL.Database();
  try {
    db.run("PRAGMA hard_heap_limit = " + limits.heapBytes + "; PRAGMA temp_store = MEMORY; PRAGMA max_page_count = " + limits.pages);
    for (const one of setup) db.run(one);
    if (forbidden.test(bare(statement))) throw new RangeError("this statement is not run");
    const all = db.iterateStatements(statement);
    const { value, done } = all.next();
    if (done) throw new RangeError("there is no statement");
    if (bare(all.getRemainingSQL()) !== "") throw new RangeError("there is more than one statement");
    const isQuery = value.getColumnNames().length > 0;
    const rows = rowsOf(value);
    return { isQuery, rows: isQuery ? rows : tables(db) };
  } finally {
    db.close();
  }
}

const told = (message) => {
  port.postMessage(message);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
};

require(library)().then((SQL) => {
  port.on("message", (trial) => {
    let outcome;
    try { outcome = tried(SQL, trial); } catch (error) { outcome = { problem: String(error.message ?? error) }; }
    told(outcome);
  });
  told({ rows: [], isQuery: false });
});
`;

interface Thread {
  worker: Worker;
  port: MessagePort;
}

/** One thread for many trials, begun anew after one that took too long. It never keeps the process alive. */
export class Sqlite {
  readonly #milliseconds: number;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #thread: Thread | undefined;

  constructor({ milliseconds = sqlLimits.milliseconds }: { milliseconds?: number } = {}) {
    this.#milliseconds = milliseconds;
  }

  /** Blocks until the outcome is there, or the time is over. */
  run(trial: SqlTrial): SqlOutcome {
    this.#thread ??= this.#start();
    const { port, worker } = this.#thread;
    port.postMessage(trial);
    const outcome = this.#wait(port, this.#milliseconds);
    if (outcome !== undefined) return outcome;
    void worker.terminate();
    this.#thread = undefined;
    return { problem: "it takes too long" };
  }

  #wait(port: MessagePort, milliseconds: number): SqlOutcome | undefined {
    const end = performance.now() + milliseconds;
    for (;;) {
      const seen = Atomics.load(this.#signal, 0);
      const found = receiveMessageOnPort(port);
      if (found !== undefined) return found.message as SqlOutcome;
      const left = end - performance.now();
      if (left <= 0) return undefined;
      Atomics.wait(this.#signal, 0, seen, left);
    }
  }

  #start(): Thread {
    const { port1, port2 } = new MessageChannel();
    const library = createRequire(import.meta.url).resolve("sql.js");
    const workerData = { library, limits: sqlLimits, signal: this.#signal, port: port2 };
    const resourceLimits = { maxOldGenerationSizeMb: 256 };
    const how = { eval: true, workerData, transferList: [port2], execArgv: [], resourceLimits };
    const worker = new Worker(program, how);
    worker.unref();
    port1.unref();
    if (this.#wait(port1, startMilliseconds) === undefined)
      throw new RangeError("SQLite did not start: npm install puts sql.js in place again");
    return { worker, port: port1 };
  }
}
