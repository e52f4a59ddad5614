import test from "ava";
import { printTimes } from "../../../build/payload/squid/squid-times.ts";

test("days with the same time are one line, and the last minute is inside", (t) => {
  t.deepEqual(printTimes(["mon-fri 08:00-13:00"]), ["MTWHF 08:00-12:59"]);
  t.deepEqual(printTimes(["daily 07:00-07:01"]), ["MTWHFAS 07:00-07:00"]);
});

test("a time beyond midnight is two, the second on the next day, also after Sunday", (t) => {
  t.deepEqual(printTimes(["sat,sun 22:00-02:00"]), ["AS 22:00-23:59", "MS 00:00-01:59"]);
});

test("a day that ends at midnight stays one", (t) => {
  t.deepEqual(printTimes(["wed 18:00-24:00"]), ["W 18:00-23:59"]);
  t.deepEqual(printTimes(["wed 18:00-00:00"]), ["W 18:00-23:59"]);
});

test("what two lines say of a day stays two", (t) => {
  t.deepEqual(printTimes(["mon 08:00-09:00", "mon,tue 10:00-11:00"]), ["M 08:00-08:59", "MT 10:00-10:59"]);
});
