import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { createRouteServer } from "../../../proxy/src/control/http-server.ts";
import type { Route } from "../../../proxy/src/control/route.ts";
import { operated } from "./operated.ts";

const slow: Route = {
  method: "GET",
  path: "/slow",
  async answer() {
    await sleep(200);
    return { status: 200, json: {}, text: "at last\n" };
  },
};

/** What a client gets that says something, and never ends, nor hangs up. */
async function said(t: ExecutionContext, bytes: string): Promise<string> {
  const { operation } = await operated(t);
  const server = createRouteServer([slow], operation, "text", 60).listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const address = server.address();
  const socket = connect({
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    allowHalfOpen: true,
  });
  let text = "";
  socket.on("error", () => {}).on("data", (data: Buffer) => (text += data.toString()));
  socket.write(bytes);
  await once(socket, "end");
  socket.destroy();
  while ((await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))) !== 0)
    await sleep(5);
  return text;
}

test("a client that doesn't ask is closed after a while", async (t) => {
  t.is(await said(t, "GET /sl"), "");
});

test("an answer may take longer than that, and a client that stays behind it is closed", async (t) => {
  t.regex(await said(t, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"), /\r\n\r\nat last\n$/);
});

test("what isn't HTTP is refused", async (t) => {
  t.regex(await said(t, "hello\r\n\r\n"), /^HTTP\/1\.1 400 /);
});
