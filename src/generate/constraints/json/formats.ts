// The formats of strings that JSON Schema names, as patterns: often a narrower text than the format allows, always one
// that it does. A name that is not here says nothing, as the specification has it. The next format is one line.
import type { Pattern } from "../regex/pattern.ts";
import { readPattern } from "../regex/read.ts";

const month31 = String.raw`(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])`;
const month30 = String.raw`(0[469]|11)-(0[1-9]|[12]\d|30)`;
const february = String.raw`02-(0[1-9]|1\d|2[0-8])`;
const leapYear = String.raw`(\d\d(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)`;
const date = String.raw`(\d{4}-(${month31}|${month30}|${february})|${leapYear}-02-29)`;
const hour = String.raw`([01]\d|2[0-3])`;
const clock = String.raw`${hour}:[0-5]\d:[0-5]\d(\.\d{1,6})?`;
const time = String.raw`${clock}(Z|[+-]${hour}:[0-5]\d)`;

const dayPart = String.raw`(\d{1,4}Y(\d{1,4}M)?(\d{1,4}D)?|\d{1,4}M(\d{1,4}D)?|\d{1,4}D)`;
const timePart = String.raw`T(\d{1,4}H(\d{1,4}M(\d{1,4}S)?)?|\d{1,4}M(\d{1,4}S)?|\d{1,4}S)`;
const duration = String.raw`P(${dayPart}(${timePart})?|${timePart}|\d{1,4}W)`;

const label = "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?";
const hostname = String.raw`${label}(\.${label}){0,5}`;
const domain = String.raw`(${label}\.){1,4}[a-z]{2,24}`;
const mailbox = "[A-Za-z0-9_+-]{1,32}";
const email = String.raw`${mailbox}(\.${mailbox})?@${domain}`;

const octet = String.raw`(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const ipv4 = String.raw`(${octet}\.){3}${octet}`;
const group = "[0-9a-fA-F]{1,4}";

/** All eight groups, or fewer with "::" for what is left out. */
function ipv6(): string {
  const short = Array.from({ length: 7 }, (_, before) => {
    const head = before === 0 ? ":" : `(${group}:){${before}}`;
    const after = 6 - before;
    const tail = after === 0 ? `(${group})?` : `(${group}(:${group}){0,${after}})?`;
    return `${head}:${tail}`;
  });
  return `((${group}:){7}${group}|${short.join("|")})`;
}

const unreserved = "[A-Za-z0-9._~-]";
const pathPart = String.raw`(/${unreserved}*)*`;
const query = String.raw`(\?[A-Za-z0-9._~=&-]*)?(#${unreserved}*)?`;
const uri = String.raw`[a-z][a-z0-9+-]{1,15}://${hostname}(:\d{1,4})?${pathPart}${query}`;
const pointer = String.raw`(/([^/~]|~[01])*)*`;
const hex = "[0-9a-fA-F]";

const sources: Readonly<Record<string, string>> = {
  date,
  time,
  "date-time": `${date}T${time}`,
  duration,
  email,
  "idn-email": email,
  hostname,
  "idn-hostname": hostname,
  ipv4,
  ipv6: ipv6(),
  uuid: `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`,
  uri,
  "uri-reference": uri,
  "uri-template": uri,
  iri: uri,
  "iri-reference": uri,
  "json-pointer": pointer,
  "json-pointer-uri-fragment": `#(/${unreserved}*)*`,
  "relative-json-pointer": String.raw`(0|[1-9]\d{0,3})(#|${pointer})`,
  // Every text of letters and digits is one.
  regex: String.raw`[\w ]*`,
};

const read = new Map<string, Pattern>();

/** Undefined for a format that is not known here. */
export function formatPattern(name: string): Pattern | undefined {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (source === undefined) return undefined;
  let pattern = read.get(name);
  if (pattern === undefined) read.set(name, (pattern = readPattern(`^(?:${source})$`, name)));
  return pattern;
}
