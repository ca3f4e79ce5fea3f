// Every variable that is read anywhere, for `ft info --env`: those of datasets and the studio (variables.ts), of
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
  FT_HOME: { about: "Folder of runs, store, settings and caches" },
  FT_LOG: { about: "debug, info, warning, error or silent", usual: "info" },
  [PROFILE_VARIABLE]: { about: "Profile of a run, as with --profile" },
  FT_BACKEND: {
    about: "Compute backend: mlx, mps, cuda, cpu or cpu-torch; default: the first available",
  },
  CUDA_VISIBLE_DEVICES: { about: "NVIDIA GPUs that are visible; the first is used" },
  OMP_WAIT_POLICY: { about: "How libtorch threads wait", usual: "PASSIVE" },
  FT_THREADS: { about: "CPU threads for computing; default: one per physical core" },
  FT_KERNELS: {
    about: "off: compute with MLX's operations alone, as on a GPU, instead of ft's kernels",
    usual: "on",
  },
  FT_BLAS_THREADS: { about: "Former name of FT_THREADS" },
  FT_KERNEL_THREADS: { about: "Former name of FT_THREADS" },
  FT_MEMORY: { about: "Memory limit for planning a run, such as 16GiB" },
  FT_ADDON: { about: "Path of the addon, instead of the installed one" },
  FT_SERVE_TOKEN: { about: "Token that clients of ft serve must send" },
  DATABASE_URL: { about: "Postgres server for datasets and jobs, instead of a file" },
  NO_COLOR: { about: "Any value turns colors off" },
  TERM: { about: "dumb turns progress lines off" },
  DISPLAY: { about: "Used to detect whether a browser can be opened on Linux" },
  WAYLAND_DISPLAY: { about: "Used to detect whether a browser can be opened on Linux" },
  DBUS_SESSION_BUS_ADDRESS: { about: "Used to detect whether a keychain is available on Linux" },
  CXX: { about: "C++ compiler that ft doctor checks" },
  HOME: { about: "Home folder of the user" },
  PATH: {
    about: "Where programs are found. Document readers get only this, LANG and TMPDIR",
  },
  LANG: { about: "Locale passed to document readers" },
  TMPDIR: { about: "Folder for temporary files" },
  XDG_DATA_HOME: { about: "Base folder for FT_HOME, where that is not set" },
  XDG_CACHE_HOME: { about: "Base folder for the model cache, where HF_HOME is not set" },
  HUGGINGFACE_HUB_CACHE: { about: "Former name of HF_HUB_CACHE" },
  HUGGING_FACE_HUB_TOKEN: { about: "Former name of HF_TOKEN" },
  HF_HUB_DISABLE_IMPLICIT_TOKEN: { about: "1: send the token only where it is required" },
  TRANSFORMERS_OFFLINE: { about: "Former name of HF_HUB_OFFLINE" },
  MLFLOW_TRACKING_URI: { about: "MLflow server for --report-to mlflow" },
  MLFLOW_EXPERIMENT_NAME: { about: "MLflow experiment" },
  MLFLOW_TRACKING_TOKEN: { about: "MLflow token" },
  MLFLOW_TRACKING_USERNAME: { about: "MLflow user" },
  MLFLOW_TRACKING_PASSWORD: { about: "MLflow password" },
  TRACKIO_SERVER_URL: { about: "trackio server for --report-to trackio" },
  TRACKIO_PROJECT: { about: "trackio project" },
  TRACKIO_WRITE_TOKEN: { about: "trackio token, where the URL has none" },
};

/** Of every provider that can be asked, and who is asked where an agent is meant. */
function ofProviders(): Record<string, Variable> {
  const found: Record<string, Variable> = {
    AGENT_PROVIDER: { about: "Provider; overrides LLM_PROVIDER" },
    AGENT_MODEL: { about: "Model; overrides LLM_MODEL" },
  };
  for (const name of providerKinds.names()) {
    const { keys, addresses, modelVariable, model } = providerKinds.get(name);
    for (const key of keys) found[key] ??= { about: `API key of ${name}` };
    for (const address of addresses) found[address] ??= { about: `URL of ${name}` };
    if (modelVariable === undefined) continue;
    found[modelVariable] ??= {
      about: `Default model of ${name}`,
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
