import type { Cell } from '../matrix.ts';
import type { YamlSource } from '../source/yaml-source.ts';

/** A value of an axis as written, with the short name that labels and filters use for it. */
export interface NamedValue {
  name?: string;
  value: unknown;
}

/** Takes `{ trace: "module.enable_dups_trace=1 log_buf_len=4M" }` apart; any other value has no name. */
export function namedValue(raw: unknown): NamedValue {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { value: raw };
  const [only] = Object.entries(raw);
  return only === undefined ? { value: raw } : { name: only[0], value: only[1] };
}

/** Reports names that are used for two values of one axis, which would make labels ambiguous. */
export function checkNames(source: YamlSource, cells: readonly Cell[]): void {
  const values = new Map<string, string | undefined>();
  for (const { names = {}, settings } of cells) {
    for (const [axis, name] of Object.entries(names)) {
      const key = `${axis} ${name}`;
      const value = settings[axis];
      if (!values.has(key)) values.set(key, value);
      if (values.get(key) === value) continue;
      const claim = `${JSON.stringify(name)} names two values of ${axis}`;
      source.report([], claim, `They are: ${values.get(key)}; ${value}.`);
      return;
    }
  }
}
