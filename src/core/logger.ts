// The program's log: levels debug, info, warn, error with structured context, always on stderr.
// Not for results (stdout) and not for progress (events). Secrets are taken out before a line is written.
import { createConsola, type ConsolaInstance } from "consola";
import { redact, REDACTED, SECRET_KEY } from "./redact.ts";

export { redact };

export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Facts beside a message; printed as key=value. */
export type LogContext = Readonly<Record<string, unknown>>;

export interface Logger {
  error(message: string, context?: LogContext): void;
  warn(message: string, context?: LogContext): void;
  info(message: string, context?: LogContext): void;
  debug(message: string, context?: LogContext): void;
}

function contextText(context: LogContext): string {
  const parts = Object.entries(context)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${SECRET_KEY.test(key) ? REDACTED : plain(value)}`);
  return parts.join(" ");
}

function plain(value: unknown): string {
  // one line an entry: a file's name may hold an end of line, and what follows would look like an entry of its own
  if (typeof value === "string") return /\p{Cc}/u.test(value) ? JSON.stringify(value) : value;
  if (value instanceof Error) return value.message;
  return JSON.stringify(value, (key, inner: unknown) =>
    key !== "" && SECRET_KEY.test(key) ? REDACTED : inner,
  );
}

/** FT_LOG as a level; anything else counts as info. */
export function logLevelFrom(text: string | undefined): LogLevel {
  const name = (text ?? "").toLowerCase();
  const alias = name === "warning" ? "warn" : name;
  return LOG_LEVELS.find((level) => level === alias) ?? "info";
}

export interface LoggerOptions {
  level?: LogLevel;
  /** Where lines go; stderr unless a test says otherwise. */
  stream?: NodeJS.WriteStream;
}

function consolaAt(options: LoggerOptions): ConsolaInstance {
  const stream = options.stream ?? process.stderr;
  const level = LOG_LEVELS.indexOf(options.level ?? "info") - 1;
  // consola counts error 0, warn 1, info 3, debug 4
  const numeric = [-999, 0, 1, 3, 4][level + 1] ?? 3;
  return createConsola({
    level: numeric,
    stdout: stream,
    stderr: stream,
    formatOptions: { date: false },
  });
}

export function createLogger(options: LoggerOptions = {}): Logger {
  const consola = consolaAt(options);
  const line = (message: string, context?: LogContext): string =>
    redact(context === undefined ? message : `${message} ${contextText(context)}`);
  return {
    error: (message, context) => consola.error(line(message, context)),
    warn: (message, context) => consola.warn(line(message, context)),
    info: (message, context) => consola.info(line(message, context)),
    debug: (message, context) => consola.debug(line(message, context)),
  };
}

let current: Logger | undefined;

/** The logger of this process; at the level of FT_LOG until `setLogger`. */
export function logger(): Logger {
  current ??= createLogger({ level: logLevelFrom(process.env["FT_LOG"]) });
  return current;
}

export function setLogger(replacement: Logger): void {
  current = replacement;
}
