import test from "ava";
import { printfClientHello } from "../../qemu/client-hello.ts";
import { parseClientHello } from "../../proxy/src/tls/client-hello.ts";

const bytesOf = (printf: string): Buffer =>
  Buffer.from(
    printf
      .split("\\")
      .slice(1)
      .map((octal) => Number.parseInt(octal, 8)),
  );

test("the lab's clients say a ClientHello that the proxy understands", (t) => {
  const bytes = bytesOf(printfClientHello("origin.example"));
  t.deepEqual(parseClientHello(bytes), { name: "origin.example", hasEch: false });
  t.is(parseClientHello(bytes.subarray(0, -1)), "more", "control: without its last byte it isn't whole");
  t.deepEqual(parseClientHello(bytesOf(printfClientHello())), { name: "", hasEch: false });
});
