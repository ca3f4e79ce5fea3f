// What people wrote in Slack, out of its markup: mentions and channels by name, links as their address, and the three
// characters that it escapes.

/** Names by id. */
export type Names = ReadonlyMap<string, string>;

/** `<@U1>` as `@name`, `<#C1|general>` as `#general`, `<https://x|label>` as `label (https://x)`. */
export function slackText(markup: string, names: Names): string {
  let text = "";
  let from = 0;
  for (let open = markup.indexOf("<"); open !== -1; open = markup.indexOf("<", from)) {
    const close = markup.indexOf(">", open);
    if (close === -1) break;
    text += markup.slice(from, open) + reference(markup.slice(open + 1, close), names);
    from = close + 1;
  }
  return unescaped(text + markup.slice(from));
}

function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function reference(inside: string, names: Names): string {
  const bar = inside.indexOf("|");
  const target = bar === -1 ? inside : inside.slice(0, bar);
  const label = bar === -1 ? "" : inside.slice(bar + 1);
  if (target.startsWith("@")) return `@${names.get(target.slice(1)) ?? (label || target.slice(1))}`;
  if (target.startsWith("#")) return `#${label || (names.get(target.slice(1)) ?? target.slice(1))}`;
  if (target.startsWith("!")) return special(target.slice(1), label);
  if (label === "" || target.endsWith(label) || target === `mailto:${label}`)
    return label === "" ? target : label;
  return `${label} (${target})`;
}

/** `here`, `channel`, `subteam^S1|@group`, `date^…|readable`. */
function special(name: string, label: string): string {
  if (label !== "") return label;
  return `@${name.split("^")[0] ?? name}`;
}
