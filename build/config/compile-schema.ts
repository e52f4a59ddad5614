import { Ajv, type Options, type ValidateFunction } from "ajv";

/**
 * How schemas are read. That they are sound themselves is a test's to see: holding each against the schema of
 * schemas takes as long as all else.
 */
export const ajvOptions: Options = {
  allErrors: true,
  useDefaults: true,
  strict: true,
  allowUnionTypes: true,
  verbose: true,
  meta: false,
  validateSchema: false,
};

/**
 * The function that holds a value against a schema, and fills in defaults. A router's programs have those that
 * they need compiled when they are bundled, in place of this (build/payload/bundle.ts).
 */
export function compileSchema<T>(schema: object): ValidateFunction<T> {
  const known = compiled.get(schema) ?? new Ajv(ajvOptions).compile(schema);
  compiled.set(schema, known);
  return known as ValidateFunction<T>;
}

const compiled = new WeakMap<object, ValidateFunction>();
