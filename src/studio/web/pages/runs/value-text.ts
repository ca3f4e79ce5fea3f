// Any value of a setting or a result as a person reads it in a table.

export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") return value;
  const isWords = Array.isArray(value) && value.every((item) => typeof item !== "object");
  return isWords ? value.join(", ") : JSON.stringify(value);
}

function numberText(value: number): string {
  return Number.isInteger(value)
    ? value.toLocaleString("en")
    : Number(value.toPrecision(5)).toString();
}
