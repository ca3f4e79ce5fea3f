// Images in messages: whether any are taken, of which kinds, where. Their number and size are limits (limits/).
import { isObject } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { SeenMessage, Sighting } from "../profile.ts";
import { allMessages, fieldOf, type Looked, roleOf } from "./rule.ts";

export interface SeenImage {
  field: string;
  /** Of a data URL; undefined where only looking at the address would tell. */
  type: string | undefined;
  /** Bytes of a data URL. */
  bytes: number | undefined;
}

function urlOf(part: JsonObject): string {
  const { image_url: given } = part;
  const url = isObject(given) ? given["url"] : given;
  return typeof url === "string" ? url : "";
}

function imageOf(part: JsonObject, field: string): SeenImage {
  const url = urlOf(part);
  const comma = url.indexOf(",");
  if (!url.startsWith("data:") || comma === -1) return { field, type: undefined, bytes: undefined };
  const [type = ""] = url.slice("data:".length, comma).split(";");
  return { field, type, bytes: Math.floor(((url.length - comma - 1) * 3) / 4) };
}

/** Parts of a message that are no text. */
export function imagesOf(message: SeenMessage): SeenImage[] {
  const { content } = message.value;
  if (!Array.isArray(content)) return [];
  return (content as unknown[]).flatMap((part, index) =>
    isObject(part) && part["type"] !== "text"
      ? [imageOf(part, `${fieldOf(message, "content")}[${index}]`)]
      : [],
  );
}

/** A conversation says all its contents in one way. */
function* mixed({ seen }: Looked): Generator<Sighting> {
  const said = seen.messages.filter(({ value }) => value["content"] !== undefined);
  const [first] = said;
  const isList = ({ value }: SeenMessage): boolean => Array.isArray(value["content"]);
  const other = first && said.find((message) => isList(message) !== isList(first));
  if (other !== undefined)
    yield {
      code: "mixed_contents",
      field: fieldOf(other, "content"),
      message: `the content of ${first?.at} is written the other way`,
    };
}

export function* images(looked: Looked): Generator<Sighting> {
  yield* mixed(looked);
  yield* imagesIn(looked);
}

function* imagesIn({ seen, profile: { imageTypes } }: Looked): Generator<Sighting> {
  for (const message of allMessages(seen)) {
    for (const { field, type } of imagesOf(message)) {
      if (imageTypes === undefined) {
        yield {
          code: "image_refused",
          field,
          message: "an image, or another part that is not text",
        };
        continue;
      }
      if (roleOf(message) !== "user")
        yield {
          code: "image_in_answer",
          field,
          message: "images are allowed in user messages only",
        };
      if (type === undefined)
        yield { code: "image_inline", field, message: "the image is given by its URL" };
      else if (!imageTypes.includes(type))
        yield {
          code: "image_type",
          field,
          message: `an image of the type ${type}, not ${imageTypes.join(", ")}`,
        };
    }
  }
}
