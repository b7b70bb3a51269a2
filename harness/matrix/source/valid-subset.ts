import type { z } from 'zod';
import { rawMap } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** Keys under which a workload parameter may vary. */
const parameterPlaces = ['axes', 'include', 'exclude'] as const;

/**
 * A copy of a value without the keys that its schema rejects, so that the meaning of the rest can be checked as well. A
 * list with one bad entry is removed as a whole, because locations in the file depend on indices. Without a valid workload
 * its parameters cannot be checked, so they are removed too.
 */
export function validSubset(value: unknown, issues: readonly Issue[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : undefined;
    if (keys === undefined) remove(copy, issue.path);
    else for (const key of keys) remove(copy, [...issue.path, key]);
  }
  if (issues.some(({ path }) => path[0] === 'workload' || path[1] === 'workload')) dropParameters(copy);
  return copy;
}

/** Removes the last key of a path, or the key that holds the first list on the way. */
function remove(top: unknown, path: readonly PropertyKey[]): void {
  let holder = top;
  for (const [depth, step] of path.entries()) {
    if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return;
    const inner = (holder as Record<PropertyKey, unknown>)[step];
    if (depth === path.length - 1 || Array.isArray(inner)) {
      Reflect.deleteProperty(holder, step);
      return;
    }
    holder = inner;
  }
}

function dropParameters(top: unknown): void {
  for (const place of parameterPlaces) {
    const part = rawMap(top)[place];
    for (const table of Array.isArray(part) ? part : [part]) {
      const keys = Object.keys(rawMap(table)).filter(key => key.startsWith('workload'));
      for (const key of keys) Reflect.deleteProperty(table as object, key);
    }
  }
}
