// How many threads compute on the CPU, as the environment says: FT_THREADS, and two older names for it.
// Not the default: the addon counts the cores.
import { ConfigError } from "../core/errors.ts";
import { logger } from "../core/logger.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const NAME = "FT_THREADS";
const FORMER_NAMES = ["FT_BLAS_THREADS", "FT_KERNEL_THREADS"] as const;
/** As many as the addon's pool can hold. */
const MOST = 64;

function parsed(name: string, text: string): number {
  const count = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0;
  if (count >= 1 && count <= MOST) return count;
  throw new ConfigError("FT-CONFIG-THREADS", {
    message: `${name} must be a whole number from 1 to ${MOST}, not '${text}'`,
    hint: `unset ${name} to use every physical core`,
  });
}

/** The number that the environment asks for; undefined without one. Former names are warned about. */
export function threadsWanted(
  environment: Environment,
  warn: (message: string) => void = (message) => logger().warn(message),
): number | undefined {
  const isSet = (name: string): boolean => (environment[name] ?? "") !== "";
  const former = FORMER_NAMES.filter(isSet);
  for (const name of former) {
    const use = isSet(NAME) ? "is ignored beside" : "is now called";
    warn(`${name} ${use} ${NAME}, which counts for matrix products and kernels alike`);
  }
  const name = isSet(NAME) ? NAME : former[0];
  return name === undefined ? undefined : parsed(name, environment[name] ?? "");
}
