// Events of a run as lines of a log: numbered, so that a log which is read again brings none twice, and one that lost lines
// is found out. All else in the log is what programs said.

const mark = "ft-event";

export const eventLine = (number: number, event: object): string =>
  `${mark} ${number} ${JSON.stringify(event)}`;

/** Undefined for what is no event. */
export function eventIn(line: string): { number: number; json: string } | undefined {
  const [, number, json] = new RegExp(String.raw`^${mark} (\d{1,9}) (\{.*\})\s*$`).exec(line) ?? [];
  return number === undefined || json === undefined ? undefined : { number: Number(number), json };
}
