// Python's strftime in English, for the dates that chat templates print. Local time, the codes templates use.

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  ...["January", "February", "March", "April", "May", "June", "July"],
  ...["August", "September", "October", "November", "December"],
];

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 0);
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / 86_400_000;
}

const codes: Readonly<Record<string, (date: Date) => string>> = {
  "%": () => "%",
  A: (date) => days[date.getDay()] ?? "",
  B: (date) => months[date.getMonth()] ?? "",
  H: (date) => two(date.getHours()),
  I: (date) => two(date.getHours() % 12 || 12),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  Y: (date) => String(date.getFullYear()),
  a: (date) => (days[date.getDay()] ?? "").slice(0, 3),
  b: (date) => (months[date.getMonth()] ?? "").slice(0, 3),
  d: (date) => two(date.getDate()),
  j: (date) => String(dayOfYear(date)).padStart(3, "0"),
  m: (date) => two(date.getMonth() + 1),
  p: (date) => (date.getHours() < 12 ? "AM" : "PM"),
  y: (date) => two(date.getFullYear() % 100),
};

/** `%-d` and its like drop the leading zeros, as glibc does. Unknown codes stay as they are. */
export function strftime(date: Date, format: string): string {
  return format.replace(/%(-?)([%A-Za-z])/g, (written: string, bare: string, code: string) => {
    const text = codes[code]?.(date);
    if (text === undefined) return written;
    return bare === "" ? text : text.replace(/^0+(?=\d)/, "");
  });
}
