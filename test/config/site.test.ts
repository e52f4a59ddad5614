import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { readSite } from "../../build/config/site.ts";
import { InputError } from "../../build/core/faults.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const sound = {
  name: "lab",
  mode: "half-bridge",
  dialect: "legacy",
  lan: "10.1.2.0/24",
  router: "10.1.2.2",
  ispRouter: "10.1.2.1",
  capture: [80],
};

async function siteFile(t: ExecutionContext, content: object | string): Promise<string> {
  const file = join(await temporaryFolder(t), "site.yaml");
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

/** The paths of all faults of a site file. */
async function faultPaths(t: ExecutionContext, content: object | string): Promise<string[]> {
  try {
    await readSite(await siteFile(t, content));
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.faults.map(({ path }) => path).sort();
    throw error;
  }
}

test("a sound site is read, and what it leaves out has its default", async (t) => {
  const site = await readSite(await siteFile(t, sound));
  t.is(site.proxy.port, 3129);
  t.is(site.console, "log-only");
  t.is(site.hostname, "halfbridge");
});

test("every fault of a file is told in one run", async (t) => {
  t.deepEqual(
    await faultPaths(t, { ...sound, ispRouter: undefined, mode: "bridge", capture: [80, 0], prxy: {} }),
    ["/capture/1", "/ispRouter", "/mode", "/prxy"],
  );
});

test("an unknown key is refused with the nearest known one", async (t) => {
  const error = await t.throwsAsync(readSite(await siteFile(t, { ...sound, ruoter: "10.1.2.3" })), {
    instanceOf: InputError,
  });
  t.regex(error.message, /\/ruoter: is not a known key \(did you mean router\?/);
});

test("both routers have to be inside the LAN's prefix, distinct, and usable addresses", async (t) => {
  t.deepEqual(await faultPaths(t, { ...sound, router: "10.1.3.2" }), ["/router"]);
  t.deepEqual(await faultPaths(t, { ...sound, ispRouter: "192.0.2.1" }), ["/ispRouter"]);
  t.deepEqual(await faultPaths(t, { ...sound, ispRouter: "10.1.2.2" }), ["/ispRouter"]);
  t.deepEqual(await faultPaths(t, { ...sound, router: "10.1.2.255" }), ["/router"]);
  t.deepEqual(await faultPaths(t, { ...sound, ispRouter: "10.1.2.0" }), ["/ispRouter"]);
  t.deepEqual(await faultPaths(t, { ...sound, router: "10.1.2.300" }), ["/router"]);
});

test("the LAN is a prefix without host bits that holds routers and clients", async (t) => {
  t.deepEqual(await faultPaths(t, { ...sound, lan: "10.1.2.1/24" }), ["/lan"]);
  t.true((await faultPaths(t, { ...sound, lan: "10.1.2.0/30" })).includes("/lan"));
  t.true((await faultPaths(t, { ...sound, lan: "10.1.2.0/33" })).includes("/lan"));
});

test("the proxy's own port can't be captured", async (t) => {
  t.deepEqual(await faultPaths(t, { ...sound, capture: [80, 8080], proxy: { port: 8080 } }), ["/proxy/port"]);
});

test("what isn't YAML is refused with its line", async (t) => {
  const error = await t.throwsAsync(readSite(await siteFile(t, "name: [a\nmode: b\n")), {
    instanceOf: InputError,
  });
  t.regex(error.message, /site\.yaml:\d+: is not YAML/);
});

test("a file that isn't there is one clear fault", async (t) => {
  const error = await t.throwsAsync(readSite("/nowhere/site.yaml"), { instanceOf: InputError });
  t.is(error.message, "/nowhere/site.yaml: no such file (name a YAML file)");
});
