// Every fault that a file of rows can have for a service, by its code: how bad it is unless a profile says otherwise,
// what it is, what mends it. Codes stay; `ft data limits` lists them. Not what finds them: rules/ and check-file.ts do.

export type Severity = "error" | "warning" | "off";

export interface Fault {
  readonly severity: Severity;
  readonly about: string;
  readonly hint: string;
  /** `ft data fix` can mend it without a decision. A finding of it may still be one that cannot be mended. */
  readonly fixable?: true;
}

const error = (about: string, hint: string): Fault => ({ severity: "error", about, hint });
const warning = (about: string, hint: string): Fault => ({ severity: "warning", about, hint });
const onlyWhereAsked = (about: string, hint: string): Fault => ({ severity: "off", about, hint });
const fixable = (fault: Fault): Fault => ({ ...fault, fixable: true });

const byFix = "ft data fix FILE -o OUT --profile NAME";

const lines = {
  invalid_json: error("the line is no JSON", "write one JSON object on each line"),
  not_an_object: error("the line is JSON, and no object", "write one JSON object on each line"),
  blank_line: fixable(error("a line without anything on it", byFix)),
  byte_order_mark: fixable(error("the file begins with a byte-order mark", byFix)),
  byte_order_mark_missing: fixable(
    onlyWhereAsked("the file does not begin with a byte-order mark", byFix),
  ),
  not_utf8: fixable(error("the line is not UTF-8 text", "save the file as UTF-8")),
  key_twice: warning(
    "one object has a field twice, of which readers take the last, or the first, or none",
    "keep one of them",
  ),
  lone_surrogate: error(
    "half of a pair of UTF-16 units, which no text in UTF-8 can hold",
    "write the whole character",
  ),
};

const shape = {
  unknown_format: error(
    "the row is in none of the forms of the profile",
    "ft data convert FILE -o OUT --to NAME",
  ),
  mixed_format: error(
    "rows of one file are in different forms, or one row is in two",
    "ft data convert FILE -o OUT --to NAME writes one form",
  ),
  field_missing: error("a field that every row needs is missing", "add the field"),
  field_type: error("a field is of another kind than it must be", "write it as the message says"),
  extra_key: fixable(onlyWhereAsked("a field that the form does not know", byFix)),
  both_spellings: error("one thing is said under two names", "leave one of them out"),
};

const messages = {
  messages_empty: error("there are no messages", "leave the row out"),
  bad_role: fixable(error("a role that the form does not know", byFix)),
  system_in_messages: fixable(
    onlyWhereAsked("a system message among the others, where it has a place of its own", byFix),
  ),
  system_not_first: error("a system message behind another message", "put it first"),
  system_repeated: error("more than one system message", "join them into one, at the beginning"),
  single_message: onlyWhereAsked(
    "an answer without anything before it",
    "begin with a message of the user",
  ),
  not_starting_with_user: onlyWhereAsked(
    "the conversation does not begin with the user",
    "begin with a message of the user",
  ),
  not_ending_with_assistant: error(
    "the conversation does not end with the assistant: its end is not learned",
    "take the last messages away, or answer them",
  ),
  not_ending_with_user: onlyWhereAsked(
    "the prompt does not end with the user, so there is nothing to answer",
    "take the last messages away",
  ),
  same_role_twice: onlyWhereAsked("two messages of one role in a row", "join them into one"),
  role_order: onlyWhereAsked(
    "a message of a role that may not follow the one before it",
    "put the messages in order",
  ),
  empty_content: error("an answer that says nothing", "write what it says, or leave the row out"),
  empty_question: error(
    "a message of the user, the system or a tool that says nothing",
    "write what it says, or leave the row out",
  ),
  nothing_to_learn: error(
    "no answer of the assistant is learned",
    "answer, or give an answer the weight 1",
  ),
  bad_weight: fixable(error("a weight other than 0 and 1", "write 0 or 1")),
  weight_misplaced: warning(
    "a weight on a message that is not the assistant's",
    "take the weight away",
  ),
};

const tools = {
  content_and_calls: onlyWhereAsked(
    "a message with both content and calls of tools",
    "leave one of them out",
  ),
  call_unanswered: error("a call of a tool that is never answered", "add the message of the tool"),
  call_id_missing: error("a call or an answer to it without its id", "give both the same id"),
  call_id_duplicate: error(
    "one id of two calls, or two answers to one call",
    "give every call an id of its own",
  ),
  call_id_unknown: error(
    "an answer to a call that nobody made",
    "give it the id of the call before it",
  ),
  call_id_form: fixable(onlyWhereAsked("an id that is not of the form asked for", byFix)),
  arguments_not_json: error(
    "arguments of a call that are no JSON object",
    "write the JSON text of an object",
  ),
  arguments_not_text: fixable(
    onlyWhereAsked("arguments of a call as an object, where their JSON text is asked for", byFix),
  ),
  tool_undeclared: error("a call of a tool that the row does not list", "list it under tools"),
  bad_tool_schema: error("parameters of a tool that are no JSON Schema of an object", "write one"),
  bad_tool_name: error(
    "a name of a tool that is not 1 to 64 letters, digits, dashes and underscores",
    "rename the tool and its calls",
  ),
};

const answers = {
  answer_role: error(
    "an answer to compare that is not the assistant's",
    "give the assistant's messages alone",
  ),
  answer_count: onlyWhereAsked("an answer to compare of more than one message", "keep one message"),
  chosen_is_rejected: error("both answers are the same", "leave the row out"),
};

const images = {
  image_inline: onlyWhereAsked(
    "an image by its address, where it must stand in the row itself",
    "write it as data:image/png;base64,…",
  ),
  mixed_contents: onlyWhereAsked(
    "contents as texts and as lists of parts in one row",
    "write all of them in one way",
  ),
  image_refused: error("an image, where the form takes text alone", "leave the row out"),
  image_in_answer: error("an image outside of a message of the user", "leave the row out"),
  image_count: error("more images in a row than the service takes", "take some out"),
  image_too_large: error("an image larger than the service takes", "make it smaller"),
  image_type: error(
    "an image of a kind that the service does not take",
    "write it as JPEG, PNG or WebP",
  ),
};

const sizes = {
  tokens_over_limit: error(
    "a row of more tokens than the model takes",
    "shorten it, or leave it out",
  ),
  answer_truncated: error(
    "a row of more tokens than the model takes, which is cut at its end: the answer goes first",
    "shorten what stands before the answer, or leave the row out",
  ),
  total_tokens_over_limit: error(
    "more tokens in all than one job takes",
    "train on a part of the rows",
  ),
  too_few_records: error("fewer rows than are asked for, one at least", "add rows"),
  too_many_records: error("more rows than the service takes", "take some out"),
  file_too_large: error("a file larger than the service takes", "divide it, or take rows out"),
  validation_too_large: error(
    "too large a share of the rows is for validation",
    "move some to training",
  ),
};

const repeats = {
  duplicate_record: fixable(warning("a row that has been there before", byFix)),
  leak_same_id: error(
    "a row for validation with the id of one for training",
    "take it out of one file",
  ),
  leak_exact: error(
    "a row for validation that is also one for training",
    "take it out of one file",
  ),
  leak_near: warning(
    "a row for validation that is nearly one for training",
    "take it out of one file",
  ),
  leak_same_question: warning(
    "a row for validation that asks what one for training asks",
    "keep both in one file",
  ),
  leak_same_source: warning(
    "a row for validation from a source that others for training come from",
    "ft data split FILE --unit source keeps sources together",
  ),
};

const care = {
  secret_found: warning(
    "what looks like a key, a password or a token",
    "take it out before anything is sent",
  ),
  model_unknown: warning(
    "a model that the limits do not list, so that those of the profile count",
    "ft data limits",
  ),
  model_retired: warning("the model is no longer there", "choose another model: ft data limits"),
  model_retiring: warning(
    "the model will no longer be there",
    "choose another model: ft data limits",
  ),
  service_closed: warning(
    "the service takes no more jobs",
    "ft data convert FILE -o OUT --to NAME",
  ),
  service_closing: warning(
    "the service will take no more jobs",
    "ft data convert FILE -o OUT --to NAME",
  ),
};

export const catalogue = {
  ...lines,
  ...shape,
  ...messages,
  ...tools,
  ...answers,
  ...images,
  ...sizes,
  ...repeats,
  ...care,
} as const;

export type FaultCode = keyof typeof catalogue;

export const faultCodes = Object.keys(catalogue) as FaultCode[];

export const faultOf = (code: FaultCode): Fault => catalogue[code];
