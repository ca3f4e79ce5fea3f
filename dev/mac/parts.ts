// What shows whether ft works on a Mac, each part a command: what it is, what its output says. Runs nothing by itself.

export interface Part {
  name: string;
  about: string;
  command: readonly string[];
  /** It says the same on another system; the others are about Metal. */
  anywhere?: true;
  /** From what it printed, what a reader of the report needs. Throws where that is not what it should be. */
  read(stdout: string): unknown;
}

const whole = (stdout: string): unknown => JSON.parse(stdout);

interface Counts {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: { name: string; assertionResults: { status: string; fullName: string }[] }[];
}

/** Of a run of tests: the counts, and the names of what failed. */
function tests(stdout: string): unknown {
  const told = JSON.parse(stdout.slice(stdout.indexOf('{"numTotal'))) as Counts;
  const failed = told.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
  );
  const { numPassedTests: passed, numPendingTests: skipped } = told;
  return { passed, skipped, failed };
}

interface Event {
  type: string;
  trainLoss?: number | null;
  tokensPerSecond?: number;
  peakMemoryBytes?: number;
}

/** Of the events of a run: how it ended, its first and last loss, its speed. */
function training(stdout: string): unknown {
  const events = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Event);
  const steps = events.filter(({ type }) => type === "step-reported");
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) throw new Error("it reported no step");
  return {
    ended: events.at(-1)?.type,
    losses: [first.trainLoss, last.trainLoss],
    tokensPerSecond: last.tokensPerSecond,
    peakMemoryBytes: last.peakMemoryBytes,
  };
}

/** `ft`: how the program is started. `folder`: where a run may write. */
export function partsFor(ft: readonly string[], folder: string): readonly Part[] {
  const vitest = ["npx", "vitest", "run", "--reporter", "json", "--project"];
  const trained = ["--iters", "60", "--report-every", "10", "--output", `${folder}/run`, "--json"];
  return [
    {
      name: "info",
      about: "the backend, why it was chosen, memory, versions",
      command: [...ft, "info", "--json"],
      anywhere: true,
      read: whole,
    },
    {
      name: "doctor",
      about: "what is wrong with the installation",
      command: [...ft, "doctor", "--json"],
      anywhere: true,
      read: whole,
    },
    {
      name: "training",
      about: "sixty steps of the model that comes with ft",
      command: [...ft, "train", "quick", "builtin/tiny", ...trained],
      anywhere: true,
      read: training,
    },
    {
      name: "bench",
      about: "speed and memory of a training step",
      command: [...ft, "bench", "train", "tiny", "--json"],
      anywhere: true,
      read: whole,
    },
    {
      name: "native",
      about: "tests of the addon",
      command: [...vitest, "native"],
      read: tests,
    },
    {
      name: "parity",
      about: "numbers that other tools made",
      command: [...vitest, "parity"],
      read: tests,
    },
  ];
}
