import test from "ava";
import type { EngineAddon } from "../../../proxy/src/native/addon.ts";
import { blocking, get, inEngineLab, startNative } from "../engine-lab.ts";
import { ending } from "../loopback-lab.ts";
import { engineAddon } from "./engine-addon.ts";

for (const { requests, atOnce } of [
  { requests: 400, atOnce: true },
  { requests: 10, atOnce: false },
])
  test(`of ${requests} requests in a row JavaScript hears ${atOnce ? "before it would look itself" : "when it looks itself"}`, async (t) => {
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
  });

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
