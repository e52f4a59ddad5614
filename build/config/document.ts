import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import type { ErrorObject } from "ajv";
import { parseDocument, stringify } from "yaml";
import { InputError, type Fault } from "../core/faults.ts";
import { compileSchema } from "./compile-schema.ts";
import { suggestNear } from "./suggest.ts";

/**
 * Reads a YAML document against its JSON Schema, fills in defaults, and runs the checks that a schema
 * can't say; they are told what the file is to be called. Throws an InputError with every fault that was found.
 */
export async function readDocument<T>(
  file: string,
  schema: object,
  check: (value: T, shown: string) => Fault[] | Promise<Fault[]>,
): Promise<T> {
  const shown = nameOf(file);
  const value = await readYaml(file);
  return holdAgainst<T>(
    value,
    schema,
    () => shown,
    (written) => check(written, shown),
  );
}

/** What a YAML file says; that it says anything is all that is known of it. Throws an InputError. */
export async function readYaml(file: string): Promise<unknown> {
  const shown = nameOf(file);
  const value = parseYaml(await readText(file, "name a YAML file"), shown);
  if (value === null) throw new InputError([{ file: shown, path: "", fact: "is empty" }]);
  return value;
}

/**
 * Holds a value against its JSON Schema, fills in defaults, and runs the checks that a schema can't say.
 * `fileOf` says which file a path of it is from. Throws an InputError with every fault that was found.
 */
export async function holdAgainst<T>(
  value: unknown,
  schema: object,
  fileOf: (path: string) => string,
  check: (value: T) => Fault[] | Promise<Fault[]>,
): Promise<T> {
  const validate = compileSchema<T>(schema);
  const sound = validate(value);
  // that an `if` led somewhere is no fault by itself: what is wrong there is told
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== "if");
  const shapeFaults = errors.map(faultOf).map((fault) => ({ file: fileOf(fault.path), ...fault }));
  // what is merely not known doesn't keep the rest from being checked
  const checkable = errors.every(({ keyword }) => keyword === "additionalProperties");
  const faults = [...shapeFaults, ...(checkable ? await check(value as T) : [])];
  if (!sound || faults.length > 0) throw new InputError(faults);
  return value;
}

/** A file as a user would name it: relative when it is below the current folder. */
export function nameOf(file: string): string {
  const name = relative(process.cwd(), file) || ".";
  return name.startsWith("..") ? file : name;
}

/** A file that the user named. Throws an InputError with the hint if it can't be read. */
export async function readText(file: string, hint: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fact =
      code === "ENOENT" ? "no such file" : code === "EISDIR" ? "is a folder" : `can't be read (${code})`;
    throw new InputError([{ file: nameOf(file), path: "", fact, hint }]);
  }
}

function parseYaml(text: string, file: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.map(({ message, linePos }) => ({
        file: linePos === undefined ? file : `${file}:${linePos[0].line}`,
        path: "",
        fact: `is not YAML: ${message.split("\n")[0]}`,
      })),
    );
  }
  try {
    return document.toJS();
  } catch (error) {
    throw new InputError([
      {
        file,
        path: "",
        fact: `is not usable YAML: ${(error as Error).message}`,
        hint: "write values out instead of using aliases",
      },
    ]);
  }
}

/** What ajv found, in words that follow the path. */
function faultOf(error: ErrorObject): Omit<Fault, "file"> {
  const { instancePath: path, keyword, message = "is not as it should be" } = error;
  const schema = error.parentSchema as { examples?: unknown[]; description?: string; properties?: object };
  const params = error.params as Record<string, unknown>;
  if (keyword === "additionalProperties") {
    const key = String(params["additionalProperty"]);
    return {
      path: `${path}/${key}`,
      fact: "is not a known key",
      hint: suggestNear(key, Object.keys(schema.properties ?? {})),
    };
  }
  if (keyword === "required") {
    return { path: `${path}/${String(params["missingProperty"])}`, fact: "is missing" };
  }
  if (keyword === "enum") {
    const allowed = (params["allowedValues"] as unknown[]).map(String);
    return {
      path,
      fact: `is ${JSON.stringify(error.data)}, which isn't known`,
      hint: suggestNear(String(error.data), allowed),
    };
  }
  const isEmpty = error.data === "" || (Array.isArray(error.data) && error.data.length === 0);
  const hint =
    schema.examples === undefined
      ? schema.description
      : `example: ${schema.examples.map(printExample).join(", ")}`;
  return {
    path,
    fact:
      isEmpty && keyword.startsWith("min") ? "is empty" : `${message}, and is ${JSON.stringify(error.data)}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** As it would stand in the file, on one line: `{ port: 80, carries: http }`. */
function printExample(example: unknown): string {
  return typeof example === "string" ? example : stringify(example, { collectionStyle: "flow" }).trim();
}
