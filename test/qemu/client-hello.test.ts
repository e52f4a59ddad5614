import test from "ava";
import { printfClientHello } from "../../qemu/client-hello.ts";
import { parseClientHello } from "../../proxy/src/tls/client-hello.ts";

test("the lab's clients say a ClientHello that the proxy understands", (t) => {
  const octals = printfClientHello("origin.example").split("\\").slice(1);
  const bytes = Buffer.from(octals.map((octal) => Number.parseInt(octal, 8)));
  t.deepEqual(parseClientHello(bytes), { name: "origin.example", hasEch: false });
  t.is(parseClientHello(bytes.subarray(0, -1)), "more", "control: without its last byte it isn't whole");
});
