// The models that `make quick` and `make quick-proof` show tuning on: one entry each, with what differs between them.
// Says nothing of how they are asked or trained; the training is a configuration file, as a user has one.
export interface QuickModel {
  model: string;
  /** Configuration of the training, through the compiled program. */
  config: string;
  /** Run folder. */
  output: string;
  /** How many questions about new tables are asked before and after, to be done within minutes. */
  questions: number;
  /** How many questions of each kind the proof asks. */
  proofQuestions: number;
  /** For a model that is not shipped. */
  fetched?: {
    /** Brings it, or fails having said why. */
    command: string;
    /** Entry that is taken where it cannot be brought. */
    otherwise: string;
  };
}

export const quickModels: Readonly<Record<string, QuickModel>> = {
  smollm2: {
    model: "builtin/smollm2",
    config: "configs/quick-smollm2.yaml",
    output: ".local/quick",
    questions: 20,
    proofQuestions: 30,
    fetched: { command: "dev/real.sh smollm2", otherwise: "tiny" },
  },
  tiny: {
    model: "builtin/tiny",
    config: "configs/quick-tiny.yaml",
    output: ".local/quick-tiny",
    questions: 40,
    proofQuestions: 250,
  },
};

export function quickModel(name: string): QuickModel {
  const found = quickModels[name];
  if (found !== undefined) return found;
  throw new Error(`no model ${name}: there are ${Object.keys(quickModels).join(", ")}`);
}

/** The entry to show, and in words why it is another than the one that was asked for. */
export interface Chosen {
  chosen: QuickModel;
  fallback: string[];
}

/** Fetches what has to be fetched with `run`, which is true where the command succeeded. */
export function chooseModel(name: string, run: (command: string) => boolean): Chosen {
  const wanted = quickModel(name);
  if (wanted.fetched === undefined || run(wanted.fetched.command))
    return { chosen: wanted, fallback: [] };
  const chosen = quickModel(wanted.fetched.otherwise);
  return {
    chosen,
    fallback: [
      `${wanted.model} is not here and could not be fetched, so ${chosen.model} is shown instead: a model made for`,
      "this page. With the network back, make real fetches the real one, and make quick then takes it.",
    ],
  };
}
