// Every variable that is read anywhere, for `ft info --env`: those of data sets and the studio (variables.ts), of
// services (service-variables.ts), of providers, of options of a run, and of the program and what it works with, which
// stand here.
import type { Environment } from "../../core/paths.ts";
import { redact, SECRET_KEY } from "../../core/redact.ts";
import { withDotEnv } from "../../providers/environment.ts";
import { providerKinds } from "../../providers/registry.ts";
import { environmentOptions, PROFILE_VARIABLE } from "../config/environment.ts";
import { masked } from "./keys.ts";
import { type ToldVariable, toldVariables } from "./told-variables.ts";
import type { Variable } from "./variables.ts";

/** Read as they are, and of nothing but the environment. */
const program: Readonly<Record<string, Variable>> = {
  FT_HOME: { about: "Folder of the run index, the store, settings and caches" },
  FT_LOG: { about: "debug, info, warning, error or silent", usual: "info" },
  [PROFILE_VARIABLE]: { about: "The profile of a run, as --profile" },
  FT_BACKEND: {
    about: "What computes: mlx, mps, cuda, cpu or cpu-torch; default: the first one available",
  },
  CUDA_VISIBLE_DEVICES: { about: "Which NVIDIA GPU: the first of them" },
  OMP_WAIT_POLICY: { about: "How threads of libtorch wait", usual: "PASSIVE" },
  FT_THREADS: { about: "Threads that compute on the CPU; default: every physical core" },
  FT_BLAS_THREADS: { about: "Former name of FT_THREADS" },
  FT_KERNEL_THREADS: { about: "Former name of FT_THREADS" },
  FT_MEMORY: { about: "Memory that a run may be planned for, as 16GiB" },
  FT_ADDON: { about: "The file of the addon, in place of the one that is installed" },
  FT_SERVE_TOKEN: { about: "What ft serve wants to see of who asks it" },
  DATABASE_URL: { about: "A Postgres server to keep data sets and jobs in, in place of a file" },
  NO_COLOR: { about: "Anything: results are not colored" },
  TERM: { about: "dumb: no line is drawn again" },
  DISPLAY: { about: "Whether a browser can be opened on Linux" },
  WAYLAND_DISPLAY: { about: "Whether a browser can be opened on Linux" },
  DBUS_SESSION_BUS_ADDRESS: { about: "Whether a keychain can be asked on Linux" },
  CXX: { about: "The compiler that ft doctor looks at" },
  HOME: { about: "The user's home folder" },
  PATH: {
    about:
      "Where programs are found; all that a reader of documents is given, with LANG and TMPDIR",
  },
  LANG: { about: "How programs that read documents write text" },
  TMPDIR: { about: "Folder of temporary files" },
  XDG_DATA_HOME: { about: "Where FT_HOME is looked for, where that is not set" },
  XDG_CACHE_HOME: { about: "Where the cache of models is looked for, where HF_HOME is not set" },
  HUGGINGFACE_HUB_CACHE: { about: "Former name of HF_HUB_CACHE" },
  HUGGING_FACE_HUB_TOKEN: { about: "Former name of HF_TOKEN" },
  HF_HUB_DISABLE_IMPLICIT_TOKEN: { about: "1: the token is sent only where it is needed" },
  TRANSFORMERS_OFFLINE: { about: "Former name of HF_HUB_OFFLINE" },
  MLFLOW_TRACKING_URI: { about: "The MLflow server that --report-to mlflow tells" },
  MLFLOW_EXPERIMENT_NAME: { about: "Its experiment" },
  MLFLOW_TRACKING_TOKEN: { about: "Its token" },
  MLFLOW_TRACKING_USERNAME: { about: "Its user" },
  MLFLOW_TRACKING_PASSWORD: { about: "The user's password" },
  TRACKIO_SERVER_URL: { about: "The trackio server that --report-to trackio tells" },
  TRACKIO_PROJECT: { about: "Its project" },
  TRACKIO_WRITE_TOKEN: { about: "Its token, where the address has none" },
};

/** Of every provider that can be asked, and who is asked where an agent is meant. */
function ofProviders(): Record<string, Variable> {
  const found: Record<string, Variable> = {
    AGENT_PROVIDER: { about: "Who is asked; goes before LLM_PROVIDER" },
    AGENT_MODEL: { about: "The model that is asked for; goes before LLM_MODEL" },
  };
  for (const name of providerKinds.names()) {
    const { keys, addresses, modelVariable, model } = providerKinds.get(name);
    for (const key of keys) found[key] ??= { about: `Key of ${name}` };
    for (const address of addresses) found[address] ??= { about: `Address of ${name}` };
    if (modelVariable === undefined) continue;
    found[modelVariable] ??= {
      about: `The model that ${name} is asked for`,
      ...(model !== undefined && { usual: model }),
    };
  }
  return found;
}

function ofOptions(): Record<string, Variable> {
  const options = [...environmentOptions()];
  return Object.fromEntries(
    options.map(([name, { description, default: usual }]) => {
      const text = usual === null || usual === undefined ? {} : { usual: textOf(usual) };
      return [name, { about: description, ...text }];
    }),
  );
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

const shown = (name: string, value: string): string =>
  SECRET_KEY.test(name) ? masked(value) : redact(value);

function told(
  known: Readonly<Record<string, Variable>>,
  given: Environment,
  dotEnv: Environment,
): ToldVariable[] {
  return Object.entries(known).map(([name, { about, usual = null }]): ToldVariable => {
    const own = given[name];
    if (own) return { name, value: shown(name, own), source: "environment", about };
    const written = dotEnv[name];
    if (written) return { name, value: shown(name, written), source: ".env", about };
    return { name, value: usual, source: "default", about };
  });
}

/** Each with its value, masked where it is a secret, and where that comes from. */
export function allVariables(given: Environment, folder = process.cwd()): ToldVariable[] {
  const services = ofProviders();
  const dotEnv = withDotEnv(given, folder, Object.keys(services));
  const first = toldVariables(given, folder);
  const known = new Set(first.map(({ name }) => name));
  const others = [
    ...told(services, given, dotEnv),
    ...told(program, given, given),
    ...told(ofOptions(), given, given),
  ];
  return [...first, ...others.filter(({ name }) => !known.has(name))];
}
