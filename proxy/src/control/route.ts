import type { Operation } from "../operation.ts";

/** What a question comes to: for people as lines, for programs as JSON. */
export interface Answer {
  /** 400: the question is at fault; 503: the proxy is. */
  readonly status: 200 | 400 | 404 | 405 | 409 | 500 | 503;
  readonly json: unknown;
  readonly text: string;
  /** Of the text, where it isn't plain and there is no other answer. */
  readonly type?: string;
}

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly answer: (operation: Operation, query: URLSearchParams) => Answer | Promise<Answer>;
}

/** What is wrong, in a line. */
export function refuse(status: Exclude<Answer["status"], 200>, fact: string): Answer {
  return { status, json: { error: fact }, text: `${fact}\n` };
}
