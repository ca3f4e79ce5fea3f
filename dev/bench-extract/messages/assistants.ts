// Exports of assistants and help desks, in which the format says the roles: ChatGPT, Claude, tickets, Stack Exchange.
import type { Random } from "../../../src/core/random.ts";
import {
  bytesOf,
  castOf,
  chance,
  goldOf,
  inTurn,
  type Dialogue,
  type GoldMessage,
  type Render,
} from "./rendering.ts";

const goldTurns = (dialogues: readonly Dialogue[]): GoldMessage[][] =>
  dialogues.map(({ turns }) => turns.map(({ role, text }) => ({ role, content: text.trim() })));

interface Tree {
  readonly mapping: Record<string, object>;
  readonly current: string;
}

/** A conversation as a tree: answers that were made again, and calls of tools, beside the branch that is current. */
function treeOf({ turns }: Dialogue, random: Random): Tree {
  const mapping: Record<string, object> = {};
  let parent: string | null = null;
  let number = 0;
  const add = (role: string, text: string, more: object = {}): string => {
    const id: string = `n${number++}`;
    const message = {
      id,
      author: { role },
      create_time: 1_709_539_200 + number,
      content: { content_type: "text", parts: [text] },
      recipient: "all",
      metadata: {},
      ...more,
    };
    mapping[id] = { id, parent, children: [], message };
    if (parent !== null) (mapping[parent] as { children: string[] }).children.push(id);
    return id;
  };
  parent = add("system", "");
  for (const { role, text } of turns) {
    if (role === "assistant" && chance(random, 0.2)) add(role, "An answer that was made again.");
    if (role === "assistant" && chance(random, 0.2))
      parent = add(role, "search", {
        recipient: "browser",
        content: { content_type: "code", text: "search()" },
      });
    parent = add(role, text);
  }
  return { mapping, current: parent };
}

export const chatGpt: Render = (dialogues, random) => {
  const all = dialogues.map((dialogue, at) => {
    const { mapping, current } = treeOf(dialogue, random);
    return {
      title: `Chat ${at}`,
      create_time: 1,
      mapping,
      current_node: current,
      conversation_id: `c${at}`,
    };
  });
  return {
    name: "conversations.json",
    bytes: bytesOf(JSON.stringify(all)),
    gold: goldTurns(dialogues),
  };
};

export const claude: Render = (dialogues, random) => {
  const all = dialogues.map(({ turns }, at) => ({
    uuid: `c${at}`,
    name: `Chat ${at}`,
    chat_messages: turns.map(({ role, text }, number) => ({
      uuid: `m${number}`,
      text,
      content: [
        ...(chance(random, 0.3) ? [{ type: "thinking", thinking: "hm" }] : []),
        { type: "text", text },
      ],
      sender: role === "user" ? "human" : "assistant",
      created_at: "2024-03-04T10:00:00Z",
    })),
  }));
  return {
    name: "conversations.json",
    bytes: bytesOf(JSON.stringify(all)),
    gold: goldTurns(dialogues),
  };
};

export const tickets: Render = (dialogues, random) => {
  const cast = castOf(dialogues.length, random);
  const sent = inTurn(dialogues, random);
  const all = dialogues.map((_, id) => ({
    id,
    subject: `Ticket ${id}`,
    requester_id: id * 2,
    comments: sent.flatMap(({ dialogue, role, text, time }, number) => {
      if (dialogue !== id) return [];
      const created_at = new Date(time * 1000).toISOString();
      const said = {
        id: number,
        author_id: id * 2 + (role === "user" ? 0 : 1),
        body: text,
        public: true,
        created_at,
      };
      return chance(random, 0.1)
        ? [said, { ...said, body: "internal", author_id: id * 2 + 1, public: false }]
        : [said];
    }),
  }));
  const users = cast.flatMap(({ user, assistant }, id) => [
    { id: id * 2, name: user, role: "end-user" },
    { id: id * 2 + 1, name: assistant, role: "agent" },
  ]);
  return {
    name: "tickets.json",
    bytes: bytesOf(JSON.stringify({ tickets: all, users })),
    gold: goldOf(sent, dialogues.length),
  };
};

const attribute = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#xA;");
const paragraphs = (text: string): string =>
  text
    .trim()
    .split(/\n+/u)
    .map((line) => `<p>${attribute(line.trim())}</p>`)
    .join("\n");

export const stackExchange: Render = (dialogues) => {
  const rows = dialogues.flatMap(({ turns }, at) => {
    const [question = "", answer = ""] = [turns[0]?.text, turns[1]?.text];
    return [
      `<row Id="${at * 3}" PostTypeId="1" AcceptedAnswerId="${at * 3 + 2}" Score="1" Title="Question" Body="${attribute(paragraphs(question))}" />`,
      `<row Id="${at * 3 + 1}" PostTypeId="2" ParentId="${at * 3}" Score="0" Body="&lt;p&gt;no idea&lt;/p&gt;" />`,
      `<row Id="${at * 3 + 2}" PostTypeId="2" ParentId="${at * 3}" Score="3" Body="${attribute(paragraphs(answer))}" />`,
    ];
  });
  const xml = `<?xml version="1.0" encoding="utf-8"?>\n<posts>\n${rows.join("\n")}\n</posts>\n`;
  const clean = (text: string): string =>
    text
      .trim()
      .split(/\n+/u)
      .map((line) => line.trim().replaceAll(/[ \t]+/gu, " "))
      .join("\n\n");
  const gold = dialogues.map(({ turns }) =>
    turns.slice(0, 2).map(({ role, text }) => ({ role, content: clean(text) })),
  );
  return { name: "Posts.xml", bytes: bytesOf(xml), gold };
};
