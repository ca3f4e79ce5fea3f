// What the cells of an Excel sheet say, as text: numbers as they are kept, days and times by ISO 8601 where the form of
// the cell says that its number is one.
import type { OfficePackage } from "./package.ts";

export type TimeForm = "date" | "time" | "both";

const BUILT_IN: Readonly<Record<string, TimeForm>> = {
  ...Object.fromEntries(["14", "15", "16", "17"].map((id) => [id, "date"] as const)),
  ...Object.fromEntries(
    ["18", "19", "20", "21", "45", "46", "47"].map((id) => [id, "time"] as const),
  ),
  "22": "both",
};

const QUOTED = /"[^"]*"|\\.|\[[^\]]*\]/g;

/** Of a form that a workbook has made: what it holds of days and hours outside quotes and colours. */
function formOf(code: string): TimeForm | undefined {
  const plain = code.slice(0, 500).replaceAll(QUOTED, "").toLowerCase();
  const [hasDay, hasHour] = [/[yd]/.test(plain), /[hs]/.test(plain)];
  if (hasDay && hasHour) return "both";
  if (hasDay) return "date";
  return hasHour ? "time" : undefined;
}

/** By the number of a cell's style. */
export async function readTimeForms(
  office: OfficePackage,
  file: string,
): Promise<(TimeForm | undefined)[]> {
  const own = new Map<string, string>();
  const forms: (TimeForm | undefined)[] = [];
  let isCells = false;
  await office.readXml(file, {
    open(name, attributes) {
      const id = attributes.get("numFmtId") ?? "";
      if (name === "numFmt") own.set(id, attributes.get("formatCode") ?? "");
      else if (name === "cellXfs") isCells = true;
      else if (name === "xf" && isCells)
        forms.push(own.has(id) ? formOf(own.get(id) ?? "") : BUILT_IN[id]);
    },
    close(name) {
      if (name === "cellXfs") isCells = false;
    },
  });
  return forms;
}

const DAY_MILLISECONDS = 86_400_000;

/** Days since the end of 1899, or since 1904: Excel's own count, with its 29 February 1900 that never was. */
export function timeText(serial: number, form: TimeForm, since1904: boolean): string {
  const base = since1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const milliseconds = base + Math.round(serial * 86_400) * 1000;
  if (!Number.isFinite(milliseconds) || Math.abs(serial) > 3_000_000) return String(serial);
  const text = new Date(milliseconds).toISOString().slice(0, 19);
  const isMidnight = milliseconds % DAY_MILLISECONDS === 0;
  if (form === "time") return text.slice(11);
  return form === "date" || isMidnight ? text.slice(0, 10) : text;
}
