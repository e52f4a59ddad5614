import test from "ava";
import type { EngineAddon } from "../../../proxy/src/native/addon.ts";
import { answering, blocking, get, inEngineLab, startNative } from "../engine-lab.ts";
import { ending } from "../loopback-lab.ts";
import { engineAddon } from "./engine-addon.ts";

for (const { requests, atOnce } of [
  { requests: 400, atOnce: true },
  { requests: 10, atOnce: false },
])
  test.serial(
    `of ${requests} requests in a row JavaScript hears ${atOnce ? "before it would look itself" : "when it looks itself"}`,
    async (t) => {
      const urgent: boolean[] = [];
      await inEngineLab(
        t,
        startNative(async () => listening(await engineAddon(), (each) => urgent.push(each))),
        // blocked, so that nobody is waited for
        { policy: blocking("a.example") },
        async ({ connect, records, recorded }) => {
          const all = Array.from({ length: requests }, (_, index) => get(`/${index}`)).join("");
          const client = connect();
          client.end(all);
          await ending(client);
          await recorded(requests);
          t.is(records.length, requests);
          t.is(urgent.includes(true), atOnce);
        },
      );
    },
  );

test.serial(
  "where no record finds room, so that nobody can be asked whose a host is, it is refused",
  async (t) => {
    // with one that JavaScript never hears anything of
    const deaf = async (): Promise<EngineAddon> => {
      const addon = await engineAddon();
      return { ...addon, start: (options, policy) => addon.start(options, policy, () => {}) };
    };
    const { serve } = answering();
    const setup = { serve, policy: blocking("bad.example"), config: { hostCheck: "block" } as const };
    await inEngineLab(t, startNative(deaf, 1), setup, async ({ connect }) => {
      const [long, short] = [`/${"x".repeat(3900)}`, "/"].map((path) => get(path, { host: "bad.example" }));
      const client = connect();
      // records of 4 KB, for which there is room of 1 MiB, and such as find some where those don't
      client.end(`${long?.repeat(300)}${short?.repeat(50)}`);
      t.is((await ending(client)).text.split("403 Forbidden").length, 351);
      const asked = connect();
      asked.end(get("/one"));
      t.regex((await ending(asked)).text, /^HTTP\/1\.1 403 /);
    });
  },
);

/** The addon, and who hears whether it was urgent whenever it has something to tell. */
function listening(addon: EngineAddon, hear: (urgent: boolean) => void): EngineAddon {
  return {
    ...addon,
    start: (options, policy, notify) =>
      addon.start(options, policy, (urgent) => {
        hear(urgent);
        notify(urgent);
      }),
  };
}
