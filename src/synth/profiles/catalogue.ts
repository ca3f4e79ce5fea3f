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
  invalid_json: error("the line is not valid JSON", "write one JSON object on each line"),
  not_an_object: error("the line is JSON, but not an object", "write one JSON object on each line"),
  blank_line: fixable(error("an empty line", byFix)),
  byte_order_mark: fixable(error("the file starts with a byte-order mark", byFix)),
  byte_order_mark_missing: fixable(
    onlyWhereAsked("the file does not start with a byte-order mark", byFix),
  ),
  not_utf8: fixable(error("the line is not valid UTF-8", "save the file as UTF-8")),
  key_twice: warning(
    "an object has the same field twice; readers keep the last, the first or neither",
    "keep one of the two",
  ),
  lone_surrogate: error(
    "an unpaired UTF-16 surrogate, which UTF-8 cannot encode",
    "write the complete character",
  ),
};

const shape = {
  unknown_format: error(
    "the row has none of the formats of the profile",
    "ft data convert FILE -o OUT --to NAME",
  ),
  mixed_format: error(
    "the rows of the file have different formats, or one row has two",
    "ft data convert FILE -o OUT --to NAME writes one format",
  ),
  field_missing: error("a required field is missing", "add the field"),
  field_type: error("a field has the wrong type", "use the type named in the message"),
  extra_key: fixable(onlyWhereAsked("a field that the format does not define", byFix)),
  both_spellings: error("the same value under two names", "remove one of them"),
};

const messages = {
  messages_empty: error("messages is empty", "remove the row"),
  bad_role: fixable(error("a role that the format does not define", byFix)),
  system_in_messages: fixable(
    onlyWhereAsked("a system message in messages, where the format has a field for it", byFix),
  ),
  system_not_first: error("a system message after another message", "put it first"),
  system_repeated: error("more than one system message", "join them into one at the start"),
  single_message: onlyWhereAsked(
    "an answer without a message before it",
    "start with a user message",
  ),
  not_starting_with_user: onlyWhereAsked(
    "the conversation does not start with a user message",
    "start with a user message",
  ),
  not_ending_with_assistant: error(
    "the conversation does not end with an assistant message, so its end is not trained on",
    "remove the last messages, or add an answer",
  ),
  not_ending_with_user: onlyWhereAsked(
    "the prompt does not end with a user message, so there is nothing to answer",
    "remove the last messages",
  ),
  same_role_twice: onlyWhereAsked(
    "two consecutive messages of the same role",
    "join them into one",
  ),
  role_order: onlyWhereAsked(
    "a message whose role cannot follow that of the message before it",
    "reorder the messages",
  ),
  empty_content: error("an empty answer", "add its content, or remove the row"),
  empty_question: error(
    "an empty user, system or tool message",
    "add its content, or remove the row",
  ),
  nothing_to_learn: error(
    "no assistant message is trained on",
    "add an answer, or set the weight of one to 1",
  ),
  bad_weight: fixable(error("a weight other than 0 or 1", "write 0 or 1")),
  weight_misplaced: warning(
    "a weight on a message that is not from the assistant",
    "remove the weight",
  ),
};

const tools = {
  content_and_calls: onlyWhereAsked(
    "a message with both content and tool calls",
    "remove one of them",
  ),
  call_unanswered: error("a tool call without a result", "add the tool message"),
  call_id_missing: error("a tool call or its result without an id", "give both the same id"),
  call_id_duplicate: error(
    "two tool calls with the same id, or two results of one call",
    "give each call its own id",
  ),
  call_id_unknown: error(
    "a tool result without a matching call",
    "use the id of the call before it",
  ),
  call_id_form: fixable(onlyWhereAsked("an id that does not have the required form", byFix)),
  arguments_not_json: error(
    "tool call arguments that are not a JSON object",
    "write a JSON object as a string",
  ),
  arguments_not_text: fixable(
    onlyWhereAsked("tool call arguments as an object, where a JSON string is required", byFix),
  ),
  tool_undeclared: error("a call to a tool that the row does not define", "add it to tools"),
  bad_tool_schema: error(
    "tool parameters that are not a JSON Schema of type object",
    "write a JSON Schema of type object",
  ),
  bad_tool_name: error(
    "a tool name that is not 1 to 64 letters, digits, dashes or underscores",
    "rename the tool and its calls",
  ),
};

const answers = {
  answer_role: error(
    "a chosen or rejected answer that is not an assistant message",
    "use assistant messages only",
  ),
  answer_count: onlyWhereAsked(
    "a chosen or rejected answer of more than one message",
    "keep one message",
  ),
  chosen_is_rejected: error("chosen and rejected are the same", "remove the row"),
};

const images = {
  image_inline: onlyWhereAsked(
    "an image by URL, where it must be included in the row",
    "write it as data:image/png;base64,…",
  ),
  mixed_contents: onlyWhereAsked(
    "contents as strings and as lists of parts in the same row",
    "write all of them the same way",
  ),
  image_refused: error("an image in a text-only format", "remove the row"),
  image_in_answer: error("an image outside user messages", "remove the row"),
  image_count: error("more images in a row than the service accepts", "remove some of them"),
  image_too_large: error("an image larger than the service accepts", "make it smaller"),
  image_type: error(
    "an image type that the service does not accept",
    "write it as JPEG, PNG or WebP",
  ),
};

const sizes = {
  tokens_over_limit: error(
    "a row with more tokens than the model accepts",
    "shorten it, or remove it",
  ),
  answer_truncated: error(
    "a row with more tokens than the model accepts; its end is truncated, the answer first",
    "shorten the messages before the answer, or remove the row",
  ),
  total_tokens_over_limit: error(
    "more tokens in total than a job accepts",
    "train on some of the rows",
  ),
  too_few_records: error("fewer rows than required; at least one", "add rows"),
  too_many_records: error("more rows than the service accepts", "remove some of them"),
  file_too_large: error("a file larger than the service accepts", "split it, or remove rows"),
  validation_too_large: error(
    "the validation file has too large a share of the rows",
    "move some of them to training",
  ),
};

const repeats = {
  duplicate_record: fixable(warning("a row that repeats an earlier one", byFix)),
  leak_same_id: error(
    "a validation row with the id of a training row",
    "remove it from one of the files",
  ),
  leak_exact: error(
    "a validation row identical to a training row",
    "remove it from one of the files",
  ),
  leak_near: warning(
    "a validation row nearly identical to a training row",
    "remove it from one of the files",
  ),
  leak_same_question: warning(
    "a validation row with the question of a training row",
    "keep both in the same file",
  ),
  leak_same_source: warning(
    "a validation row from the same source as training rows",
    "ft data split FILE --unit source keeps sources together",
  ),
};

const care = {
  secret_found: warning(
    "text that looks like a key, a password or a token",
    "remove it before you send the file",
  ),
  model_unknown: warning(
    "the limits do not list this model; those of the profile apply",
    "ft data limits",
  ),
  model_retired: warning(
    "the model is no longer available",
    "choose another model: ft data limits",
  ),
  model_retiring: warning("the model will be retired", "choose another model: ft data limits"),
  service_closed: warning(
    "the service accepts no more jobs",
    "ft data convert FILE -o OUT --to NAME",
  ),
  service_closing: warning(
    "the service will stop accepting jobs",
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
