import type { BytesCase } from "../proxy/twins/bytes-case.ts";
import { NativeJudge } from "../proxy/twins/native-judge.ts";
import { judgeInTypeScript } from "../proxy/twins/typescript-judge.ts";
import type { Tried, Trier } from "./trier.ts";

/** How an input is judged. */
export interface Cases {
  readonly casesOf: (data: Buffer) => BytesCase[];
  /** The bytes come in pieces, in each case in others: it must come to the same. */
  readonly comesInPieces: boolean;
  /** There is nothing in TypeScript to hold it to: it must only be clean. */
  readonly hasNoTwin?: boolean;
}

/** Tries a parser in C, under the sanitizers, and its twin: both must say the same. */
export async function openParserTrier(cases: Cases): Promise<Trier> {
  let native = await NativeJudge.start(true);
  return {
    async tryAll(inputs) {
      if (native.hasEnded) native = await NativeJudge.start(true);
      return await Promise.all(inputs.map((data) => tryInput(cases, native, data)));
    },
    end: () => native.end(),
  };
}

async function tryInput(
  { casesOf, comesInPieces, hasNoTwin = false }: Cases,
  native: NativeJudge,
  data: Buffer,
): Promise<Tried> {
  const cases = casesOf(data);
  const answers = await Promise.all(cases.map((bytes) => native.ask(bytes).catch((error: Error) => error)));
  const broken = answers.find((answer) => answer instanceof Error);
  if (broken instanceof Error) return { data, isNew: false, isOftener: false, fault: broken.message };
  const lines = answers.map((answer) => String(answer).split("\t"));
  const inC = lines.map(([line = ""]) => line);
  const inTypeScript = hasNoTwin ? inC : cases.map(sayInTypeScript);
  return {
    data,
    isNew: lines.some(([, steps]) => steps !== "0"),
    isOftener: lines.some(([, , oftener]) => oftener !== "0"),
    fault: findFault(inC, inTypeScript, comesInPieces),
  };
}

function sayInTypeScript(bytes: BytesCase): string {
  try {
    return judgeInTypeScript(bytes);
  } catch (error) {
    return String(error instanceof Error ? error.stack : error);
  }
}

function findFault(
  inC: readonly string[],
  inTypeScript: readonly string[],
  comesInPieces: boolean,
): string | undefined {
  const differing = inC.findIndex((line, index) => line !== inTypeScript[index] || line.includes("; but"));
  if (differing >= 0) return `C: ${inC[differing]}\nTypeScript: ${inTypeScript[differing]}`;
  const pieces = [...new Set(inC)];
  return comesInPieces && pieces.length > 1
    ? `in pieces it is something else: ${pieces.join(" / ")}`
    : undefined;
}
