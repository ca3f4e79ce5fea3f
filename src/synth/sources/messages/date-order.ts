// Which of a file's date numbers is the day: decided from all dates that were seen, so that 3/4 is read as its neighbours
// are. Where nothing tells, the separator and the clock do.
import type { WrittenDate } from "./stamps.ts";

/** Places of year, month and day among the three numbers. */
export type DateOrder = readonly [year: number, month: number, day: number];

const yearFirst: DateOrder = [0, 1, 2];
const dayFirst: DateOrder = [2, 1, 0];
const monthFirst: DateOrder = [2, 0, 1];
const orders = [dayFirst, monthFirst, yearFirst] as const;

function fits(date: WrittenDate, [year, month, day]: DateOrder): boolean {
  const [y, m, d] = [date[year] ?? 0, date[month] ?? 0, date[day] ?? 0];
  return m >= 1 && m <= 12 && d >= 1 && d <= 31 && (y < 100 || (y >= 1970 && y < 2700));
}

/** Whether any order makes a date of the numbers. */
export function isDate(date: WrittenDate): boolean {
  return orders.some((order) => fits(date, order));
}

function dayNumber(date: WrittenDate, [year, month, day]: DateOrder): number {
  const y = date[year] ?? 0;
  return Date.UTC(y < 100 ? 2000 + y : y, (date[month] ?? 1) - 1, date[day] ?? 1) / 86_400_000;
}

/** How badly an order explains the dates: days gone backwards, then days passed in all. */
function strangeness(dates: readonly WrittenDate[], order: DateOrder): readonly [number, number] {
  let backwards = 0;
  let passed = 0;
  for (let at = 1; at < dates.length; at++) {
    const days =
      dayNumber(dates[at] as WrittenDate, order) - dayNumber(dates[at - 1] as WrittenDate, order);
    if (days < 0) backwards++;
    passed += Math.abs(days);
  }
  return [backwards, passed];
}

/**
 * The order under which all dates exist, time goes forward, and least of it passes. `separator` decides what is left:
 * slashes with a twelve-hour clock are American, all else begins with the day.
 */
export function decideOrder(
  dates: readonly WrittenDate[],
  separator: string,
  twelveHours: boolean,
): DateOrder {
  const likely = separator === "/" && twelveHours ? monthFirst : dayFirst;
  const byLikeliness = [likely, ...orders.filter((order) => order !== likely)];
  const possible = byLikeliness.filter((order) => dates.every((date) => fits(date, order)));
  let best = possible[0] ?? likely;
  let least = strangeness(dates, best);
  for (const order of possible.slice(1)) {
    const other = strangeness(dates, order);
    const isBetter = other[0] < least[0] || (other[0] === least[0] && other[1] < least[1] * 0.5);
    if (isBetter) [best, least] = [order, other];
  }
  return best;
}

const two = (value: number): string => String(value).padStart(2, "0");

export function timeOfDay(seconds: number): string {
  return `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** ISO 8601 without an offset, as such exports have none. A date that cannot be in the file's order is in another. */
export function isoTime(date: WrittenDate, usual: DateOrder, seconds: number): string {
  const order = fits(date, usual) ? usual : (orders.find((other) => fits(date, other)) ?? usual);
  const year = date[order[0]] ?? 0;
  const full = year < 100 ? 2000 + year : year;
  const day = `${full}-${two(date[order[1]] ?? 1)}-${two(date[order[2]] ?? 1)}`;
  return `${day}T${timeOfDay(seconds)}`;
}
