import type { Socket } from "node:net";
import type { Judge, Question, Verdict } from "./policy/judge.ts";
import type { Listened, PolicyInForce } from "./service.ts";

/** Judges what one client asks for; its groups are found once, and again under another policy. */
export class ClientJudge {
  readonly #policy: PolicyInForce;
  readonly #address: string;
  #judge: Judge | undefined;
  #groups = 0;

  constructor(policy: PolicyInForce, address: string) {
    this.#policy = policy;
    this.#address = address;
  }

  judge(question: Omit<Question, "groups">): Verdict {
    const { judge } = this.#policy;
    if (judge !== this.#judge) {
      this.#judge = judge;
      this.#groups = judge.groupsOf(this.#address);
    }
    return judge.judge({ ...question, groups: this.#groups });
  }
}

/** Of a client that is connected; one that has gone doesn't mind a new one. */
export function judgeOf(client: Socket, { connections, policy }: Listened): ClientJudge {
  return connections.get(client)?.judge ?? new ClientJudge(policy, client.remoteAddress ?? "");
}
