// An Io that writes into memory, for tests of what commands show.
import { PassThrough } from "node:stream";
import { Io, type OutputMode } from "../../../src/cli/io.ts";

export interface Screen {
  io: Io;
  out(): string;
  err(): string;
}

export interface ScreenOptions extends Partial<OutputMode> {
  tty?: boolean;
  input?: string;
  environment?: Record<string, string>;
}

export function makeScreen(options: ScreenOptions = {}): Screen {
  const { tty = false, input, environment = {}, ...mode } = options;
  const stream = (): NodeJS.WriteStream =>
    Object.assign(new PassThrough(), { isTTY: tty, columns: 100 }) as unknown as NodeJS.WriteStream;
  const [stdout, stderr] = [stream(), stream()];
  const stdin = Object.assign(new PassThrough(), { isTTY: input === undefined });
  stdin.end(input ?? "");
  const streams = { stdout, stderr, stdin: stdin as unknown as NodeJS.ReadStream };
  const io = new Io({ json: false, quiet: false, verbose: false, ...mode }, streams, environment);
  const read = (from: NodeJS.WriteStream): string =>
    String((from as unknown as PassThrough).read() ?? "");
  return { io, out: () => read(stdout), err: () => read(stderr) };
}
