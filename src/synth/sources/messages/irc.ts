// Logs of IRC programs: irssi, WeeChat, HexChat, ZNC, mIRC and the public logs made like theirs. One line is one
// message; what the program or the server wrote is automatic, and so are actions (/me).
import type { Block } from "../types.ts";
import { timeOfDay } from "./date-order.ts";
import { ircLine, type IrcLine } from "./irc-lines.ts";
import type { LogParser } from "./text-log.ts";

export class IrcLog implements LogParser {
  readonly found: Block[] = [];
  readonly unfinishedFrom = undefined;
  /** The day that lines without a date are of, as far as the log says: YYYY-MM-DD. */
  #day: string | undefined;

  /** `day`: from the file's name, where the program puts it there. */
  constructor(day?: string) {
    this.#day = day;
  }

  line(text: string, start: number): void {
    const line = ircLine(text);
    if (line === undefined) return;
    this.#day = line.day ?? this.#inYear(line.dayOfYear) ?? this.#day;
    if (line.textFrom === undefined) return;
    const said = text.slice(line.textFrom).trim();
    const from = start + text.indexOf(said, line.textFrom);
    const isSaid = line.speaker !== undefined && said !== "" && line.isAction !== true;
    this.found.push({
      type: "message",
      span: [start, start + text.length],
      spans: said === "" ? [] : [[from, from + said.length]],
      ...(line.speaker === undefined ? {} : { speaker: line.speaker }),
      ...this.#sentAt(line),
      ...(isSaid ? {} : { automatic: true }),
    });
  }

  /** A day without its year is in that of the day before it, or the next when December is over. */
  #inYear(dayOfYear: string | undefined): string | undefined {
    if (dayOfYear === undefined || this.#day === undefined) return undefined;
    const isNext = this.#day.slice(5, 7) === "12" && dayOfYear.startsWith("01");
    return `${Number(this.#day.slice(0, 4)) + (isNext ? 1 : 0)}-${dayOfYear}`;
  }

  #sentAt({ time }: IrcLine): { sentAt?: string } {
    if (time === undefined) return {};
    return { sentAt: `${this.#day ?? ""}T${timeOfDay(time)}` };
  }

  finish(): void {}
}

/** The date in the name of a day's log: `2024-01-31.log`, `#ft_20240131.log`. */
export function dayInName(name: string): string | undefined {
  const found = /(\d{4})-?(\d{2})-?(\d{2})\D*$/u.exec(name.slice(-60));
  if (found === null || Number(found[2]) > 12 || Number(found[3]) > 31) return undefined;
  return `${found[1]}-${found[2]}-${found[3]}`;
}
