import { deliveryTable, marks, type Capture } from "../../plan/network.ts";
import { maskedMark, type Script } from "./dialect.ts";

/** Marked packets are delivered locally, whoever's address they carry (Documentation/networking/tproxy.rst). */
export function deliverLocally({ families }: Capture): Script {
  const commands = families.flatMap((family) => {
    const ip = family === "ipv4" ? "ip" : "ip -6";
    const everything = family === "ipv4" ? "0.0.0.0/0" : "::/0";
    return [
      [ip, `rule`, `fwmark ${maskedMark(marks.deliver)} lookup ${deliveryTable}`],
      [ip, `route`, `local ${everything} dev lo table ${deliveryTable}`],
    ];
  });
  return {
    start: commands.map(([ip, object, what]) => `${ip} ${object} add ${what}`),
    stop: commands.toReversed().map(([ip, object, what]) => `${ip} ${object} del ${what}`),
  };
}
