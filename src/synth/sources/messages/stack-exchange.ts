// Posts.xml of a Stack Exchange dump: questions and their answers, HTML bodies as text. Each answer is a thread of its
// own with its question, the accepted or else the best one alone; scores below one are left out.
import { SaxesParser } from "saxes";
import { damaged } from "../errors.ts";
import type { SourceInput, SourceReader } from "../reader.ts";
import { layOut, type Opening, type Spoken } from "./extracted.ts";
import { present } from "./fields.ts";
import { htmlText } from "./html-text.ts";
import { headText } from "./lines-of-head.ts";

interface Post {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly owner: string | undefined;
  readonly createdAt: string | undefined;
  readonly score: number;
}

interface Question extends Post {
  readonly accepted: string | undefined;
  answer: Post | undefined;
}

type Attributes = Readonly<Record<string, string>>;

function postOf(row: Attributes): Post {
  const owner = row["OwnerUserId"] ?? row["OwnerDisplayName"];
  return {
    id: row["Id"] ?? "",
    title: row["Title"] ?? "",
    body: row["Body"] ?? "",
    owner: owner === undefined ? undefined : `user ${owner}`,
    createdAt: row["CreationDate"],
    score: Number(row["Score"] ?? 0),
  };
}

/** Questions with the best answer seen so far. */
class Posts {
  readonly #questions = new Map<string, Question>();

  add(row: Attributes): void {
    const post = postOf(row);
    if (row["PostTypeId"] === "1")
      this.#questions.set(post.id, {
        ...post,
        accepted: row["AcceptedAnswerId"],
        answer: undefined,
      });
    const question =
      row["PostTypeId"] === "2" ? this.#questions.get(row["ParentId"] ?? "") : undefined;
    if (question !== undefined && isBetter(post, question)) question.answer = post;
  }

  *answered(): Generator<Spoken | Opening> {
    for (const question of this.#questions.values()) {
      if (question.answer === undefined) continue;
      yield { title: question.title };
      yield spokenOf(question, question.id, "user");
      yield spokenOf(question.answer, question.id, "assistant");
    }
  }
}

function isBetter(post: Post, { accepted, answer }: Question): boolean {
  if (post.id === accepted) return true;
  const hasAccepted = accepted !== undefined && answer?.id === accepted;
  if (post.score < 1 || hasAccepted) return false;
  return answer === undefined || post.score > answer.score;
}

function spokenOf(post: Post, thread: string, role: "user" | "assistant"): Spoken {
  return {
    text: htmlText(post.body),
    thread,
    role,
    ...present({ id: post.id, speaker: post.owner, sentAt: post.createdAt }),
  };
}

async function* spokenIn(input: SourceInput): AsyncGenerator<Spoken | Opening> {
  const posts = new Posts();
  const parser = new SaxesParser();
  parser.on("doctype", () => {
    throw damaged("an XML with a document type is not read");
  });
  parser.on("error", (error) => {
    throw damaged(error.message.slice(0, 120));
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "row") posts.add(attributes);
  });
  for await (const text of input.texts()) parser.write(text);
  parser.close();
  yield* posts.answered();
}

export const stackExchangeReader: SourceReader = {
  about: "Posts.xml of a Stack Exchange dump",
  extensions: ["xml"],
  container: true,
  recognises: (_name, head) => {
    const text = headText(head).slice(0, 4096);
    return text.includes("<posts>") && text.includes("PostTypeId=") ? 0.98 : 0;
  },
  read: (input) => layOut(spokenIn(input)),
};
