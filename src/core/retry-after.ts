// When a server wants to be asked again, as HTTP says it.

/** `Retry-After`, in seconds or as a date (RFC 9110), as seconds from now; undefined when it is neither. */
export function retryAfterSeconds(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
