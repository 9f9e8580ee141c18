// The whole journey of a page, with a client that is generated from /openapi.json alone. Usage: node journey.js URL
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
const url = process.argv[2];
assert(url, "Give the address of a server.");

/** Keeps cookies, as a browser does. */
const jar = new Map<string, string>();
const cookies: Middleware = {
  onRequest({ request }) {
    request.headers.set("Cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    return request;
  },
  onResponse({ response }) {
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(";")[0]!.split("=") as [string, string];
      if (/max-age=0(;|$)/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    return undefined;
  },
};
const api = createClient<paths>({ baseUrl: url });
api.use(cookies);

/** The data of a successful response. */
function data<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  assert(answer.data !== undefined, `${answer.response.url}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** The error of a failed response. */
function failed<E>(answer: { data?: unknown; error?: E; response: Response }, status: number): E {
  assert.equal(answer.response.status, status, `${answer.response.url}: ${JSON.stringify(answer)}`);
  assert(answer.error !== undefined);
  return answer.error;
}

/** The text of a thread's lines. A thread on the whole file has no lines, which the types express. */
function place(thread: Schemas["Thread"]): string {
  return thread.type === "block" ? `${thread.start_line}-${thread.end_line} ${thread.anchor_status}` : "the whole file";
}

/** A description of a message: the model of an answer, or the state of a question. */
function said(message: Schemas["Message"]): string {
  return message.role === "ai" ? `answer, ${message.warnings.length} warnings` : `question, ${message.reply_state}`;
}

/** The result of a refused save, by its error code. */
function resolution(error: { code: Schemas["ErrorCode"]; message: string }): string {
  const ways: Partial<Record<Schemas["ErrorCode"], string>> = { VERSION_CONFLICT: "merge", RATE_LIMIT_EXCEEDED: "wait" };
  return ways[error.code] ?? error.message;
}

const password = "Nanosecond 29.98 cm";
const username = `grace${Date.now() % 1_000_000}`;
const email = `${username}@example.com`;

// An account.
const wrong = await api.POST("/auth/signup", {
  body: { name: "Grace", email, username, password: "weak", confirm_password: "weak" },
});
assert.equal(failed(wrong, 400).error.code, "WEAK_PASSWORD");
data(await api.POST("/auth/signup", { body: { name: "Grace", email, username, password, confirm_password: password } }));
data(await api.POST("/auth/login", { body: { username, password } }));
data(await api.POST("/auth/refresh"));
assert.equal(data(await api.PUT("/users/me", { body: { name: "Grace Hopper" } })).user.name, "Grace Hopper");
assert.equal(data(await api.GET("/users/me")).user.username, username);

// A session, whose creation is repeated.
const code = "def mean(values):\n    if values == None:\n        return 0\n    return sum(values) / len(values)\n";
const file = { filename: "mean.py", code_content: code, client_session_id: randomUUID() };
const created = await api.POST("/sessions", { body: file });
const again = await api.POST("/sessions", { body: file });
assert.deepEqual([created.response.status, again.response.status], [201, 200]);
const session = data(created).session;
assert.equal(data(again).session.session_id, session.session_id);
const language: Schemas["Language"] = session.language_override ?? session.language_detected;
assert.equal(language, "Python");
const id = { path: { id: session.session_id } };
data(await api.PATCH("/sessions/{id}/metadata", { params: id, body: { filename: "average.py" } }));

// A thread on a line, and one on the whole file.
const selection = {
  type: "block" as const,
  start_line: 2,
  end_line: 2,
  selected_text: "    if values == None:",
  client_thread_id: randomUUID(),
};
const opened = data(await api.POST("/sessions/{id}/threads", { params: id, body: selection })).thread;
assert.equal(place(opened), "2-2 stable");
const whole = data(await api.POST("/sessions/{id}/threads", { params: id, body: { type: "file" } })).thread;
const thread = { path: { thread_id: opened.thread_id } };

// A question, streamed; repeated, it returns the stored answer.
const question = { content: "Is this comparison right?", client_message_id: randomUUID() };
const streamed = await api.POST("/threads/{thread_id}/messages", {
  params: thread,
  body: question,
  headers: { Accept: "text/event-stream" },
  parseAs: "text",
});
const events = String(streamed.data);
assert(events.includes("event: delta") && events.includes("event: done"), events);
const posted = data(await api.POST("/threads/{thread_id}/messages", { params: thread, body: question }));
assert(typeof posted === "object" && "message" in posted, "JSON was asked for.");
const reply = posted.reply;
assert(reply?.patch, "The answer brings a patch.");
assert.match(said(reply), /^answer/);
const page = data(await api.GET("/threads/{thread_id}/messages", { params: { ...thread, query: { order: "asc" } } }));
assert.deepEqual(page.messages.map(said), ["question, answered", said(reply)]);
const answer = { path: { ...thread.path, message_id: reply.message_id } };
assert.equal(data(await api.GET("/threads/{thread_id}/messages/{message_id}", { params: answer })).message.role, "ai");
data(await api.POST("/threads/{thread_id}/messages", { params: thread, body: { content: "A note.", ask: false } }));

// Its patch is applied; applied again, it returns the same version.
const apply = { params: answer, body: { expected_version_number: 1 } };
const applied = data(await api.POST("/threads/{thread_id}/messages/{message_id}/apply", apply));
assert.deepEqual([applied.message.applied_version, applied.session.version_number], [2, 2]);
assert.deepEqual(data(await api.POST("/threads/{thread_id}/messages/{message_id}/apply", apply)), applied);

// A save moves the threads; repeated, it returns the same version; another save gets a conflict.
const screen = data(await api.GET("/sessions/{id}", { params: { ...id, query: { include: "threads" } } }));
assert.equal(screen.threads?.length, 2);
const edited = `# The mean, or 0.\n${screen.session.code_content}`;
const save = { params: id, body: { expected_version_number: 2, code_content: edited } };
const saved = data(await api.PUT("/sessions/{id}", save));
assert.deepEqual(saved.threads.map(place), ["3-3 approximate", "the whole file"]);
assert.equal(data(await api.PUT("/sessions/{id}", save)).session.version_number, 3);
const stale = await api.PUT("/sessions/{id}", { params: id, body: { expected_version_number: 2, code_content: code } });
const conflict = failed(stale, 409).error;
assert.equal(resolution({ code: conflict.code, message: conflict.message }), "merge");
assert(conflict.code === "VERSION_CONFLICT");
assert.deepEqual([conflict.current_version, conflict.current_code], [3, edited]);

// The thread is moved by hand, and read alone.
const moved = { start_line: 3, end_line: 3, selected_text: edited.split("\n")[2]! };
assert.equal(place(data(await api.PUT("/threads/{thread_id}", { params: thread, body: moved })).thread), "3-3 stable");
assert.equal(place(data(await api.GET("/threads/{thread_id}", { params: thread })).thread), "3-3 stable");
assert.equal(data(await api.GET("/sessions/{id}/threads", { params: id })).threads.length, 2);

// Lists in both orders, page by page.
data(await api.POST("/sessions", { body: { filename: "other.rs", code_content: "fn main() {}\n" } }));
data(await api.PATCH("/sessions/{id}/metadata", { params: id, body: { language_override: "Python" } }));
const first = data(await api.GET("/sessions", { params: { query: { sort: "updated", limit: 1 } } }));
assert.equal(first.sessions[0]?.session_id, session.session_id);
assert(first.cursor);
const rest = await api.GET("/sessions", { params: { query: { sort: "updated", limit: 1, cursor: first.cursor } } });
assert.equal(data(rest).sessions.length, 1);

// The same analysis without a session.
data(await api.POST("/ai/analyze", { body: { filename: "mean.py", code_content: code, question: "What can go wrong?" } }));

// Delete everything.
data(await api.DELETE("/threads/{thread_id}", { params: { path: { thread_id: whole.thread_id } } }));
data(await api.DELETE("/sessions/{id}", { params: id }));
const gone = failed(await api.GET("/sessions/{id}", { params: id }), 404).error.code;
assert.equal(gone, "SESSION_NOT_FOUND");
data(await api.POST("/auth/logout"));
assert.equal(failed(await api.GET("/users/me"), 401).error.code, "UNAUTHORIZED");
data(await api.POST("/auth/login", { body: { username, password } }));
data(await api.DELETE("/users/me", { body: { password } }));
console.log("The journey is done.");
