import type { z } from 'zod';
import { suggest } from './nearest.ts';
import type { SourcePath, YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** Turns zod's issues with the shape of a file into diagnostics with their location. */
export function reportShapeIssues(source: YamlSource, schema: z.ZodType, issues: readonly Issue[]): void {
  for (const issue of issues) reportIssue(source, schema, issue, []);
}

function reportIssue(source: YamlSource, schema: z.ZodType, issue: Issue, parent: SourcePath): void {
  const path = [...parent, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const key of issue.keys) reportUnknownKey(source, schema, [...path, key]);
      return;
    case 'invalid_union':
      reportUnion(source, schema, issue, path);
      return;
    case 'invalid_type':
      reportType(source, path, issue.expected);
      return;
    case 'invalid_value':
      reportChoice(source, path, issue.values.map(String));
      return;
    case 'invalid_key':
      source.report(path, issue.issues[0]?.message ?? 'this key is not allowed here', undefined, 'key');
      return;
    default:
      source.report(path, issue.message);
  }
}

function reportUnknownKey(source: YamlSource, schema: z.ZodType, path: SourcePath): void {
  const key = String(path.at(-1));
  const known = [...new Set(schemasAt(schema, path.slice(0, -1)).flatMap(keysOf))];
  if (known.includes(key))
    source.report(
      path,
      `the key ${JSON.stringify(key)} cannot be combined with the others`,
      undefined,
      'key',
    );
  else source.report(path, `unknown key ${JSON.stringify(key)}`, suggest(key, known), 'key');
}

function reportChoice(source: YamlSource, path: SourcePath, values: readonly string[]): void {
  const given = valueAt(source.value, path);
  const shown = typeof given === 'object' ? kindOf(given) : JSON.stringify(given);
  if (given === undefined) reportMissing(source, path);
  else source.report(path, `this cannot be ${shown}`, suggest(String(given), values));
}

function reportMissing(source: YamlSource, path: SourcePath): void {
  source.report(path, `the key ${JSON.stringify(String(path.at(-1)))} is missing`);
}

/** Explains the alternative that fits best, or the union as a whole if none is close. */
function reportUnion(
  source: YamlSource,
  schema: z.ZodType,
  issue: z.core.$ZodIssueInvalidUnion,
  path: SourcePath,
): void {
  const inner = issue.errors.filter(issues =>
    issues.every(one => one.path.length > 0 || one.code !== 'invalid_type'),
  );
  const [best] = inner.sort((a, b) => weight(a) - weight(b));
  if (path.length > 0 && valueAt(source.value, path) === undefined) reportMissing(source, path);
  else if (best === undefined) source.report(path, issue.message, listHint(valueAt(source.value, path)));
  else {
    // With a mistyped key, "the key is missing" would report the same error twice.
    const unknown = best.filter(one => one.code === 'unrecognized_keys');
    for (const one of unknown.length > 0 ? unknown : best) reportIssue(source, schema, one, path);
  }
}

function listHint(value: unknown): string | undefined {
  return Array.isArray(value) ? 'To use several values, put them in a list under `axes`.' : undefined;
}

function isScalarValue(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A missing key weighs most: it suggests that another alternative was meant. */
function weight(issues: readonly Issue[]): number {
  return issues.reduce((sum, one) => {
    if (one.code === 'unrecognized_keys') return sum + 2 * one.keys.length;
    return sum + (one.code === 'invalid_type' ? 3 : 1);
  }, 0);
}

function reportType(source: YamlSource, path: SourcePath, expected: string): void {
  const value = valueAt(source.value, path);
  const wanted = kindNames[expected] ?? expected;
  if (value === undefined && path.length > 0) {
    reportMissing(source, path);
  } else {
    const hint =
      expected === 'array' && isScalarValue(value) ? `Write a list: [${String(value)}].` : undefined;
    source.report(path, `this must be ${wanted}, not ${kindOf(value)}`, hint);
  }
}

const kindNames: Record<string, string> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** The name of a value's type in messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : String(value);
  return typeof value === 'boolean' ? 'true or false' : 'text';
}

/** The value at a path of own keys, or undefined. */
function valueAt(top: unknown, path: SourcePath): unknown {
  let value = top;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** The schemas that may apply at a path: several below a union. */
function schemasAt(schema: z.core.$ZodType, path: SourcePath): z.core.$ZodType[] {
  const flat = alternatives(schema);
  const [step, ...rest] = path;
  if (step === undefined) return flat;
  return flat.flatMap(one => {
    const child = childSchema(one, step);
    return child === undefined ? [] : schemasAt(child, rest);
  });
}

function alternatives(schema: z.core.$ZodType): z.core.$ZodType[] {
  const definition = (schema as z.core.$ZodTypes)._zod.def;
  if (definition.type === 'union') return definition.options.flatMap(alternatives);
  if (definition.type === 'optional') return alternatives(definition.innerType);
  return [schema];
}

function childSchema(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  const definition = (schema as z.core.$ZodTypes)._zod.def;
  if (definition.type === 'object') {
    return Object.hasOwn(definition.shape, step) ? definition.shape[String(step)] : undefined;
  }
  if (definition.type === 'record') return definition.valueType;
  if (definition.type === 'array') return definition.element;
  return undefined;
}

function keysOf(schema: z.core.$ZodType): string[] {
  const definition = (schema as z.core.$ZodTypes)._zod.def;
  return definition.type === 'object' ? Object.keys(definition.shape) : [];
}
