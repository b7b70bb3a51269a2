import { z } from 'zod';
import { maximumRepetitions } from '../plan/plan.ts';

/** A schema for each member of a type. Adding a member to the type but not to its schema does not compile. */
export type Shape<Type> = { [Name in keyof Type]-?: z.ZodType<Type[Name]> };

/** An object with these members. Others, which a later version may have added, are ignored. */
export function objectOf<Type>(shape: Shape<Type>): z.ZodType<Type> {
  return z.object(shape) as unknown as z.ZodType<Type>;
}

/** Letters, digits and `_ . + -`: names of axes, metrics, kernels, workloads, packages. */
const plainName = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}$/;

/** An object that maps plain names to values of one kind. */
export function mapOf<Value>(value: z.ZodType<Value>): z.ZodType<Record<string, Value>> {
  const names = z.string().regex(plainName, { error: 'the name of this member is not a plain name' });
  return withoutPrototype.pipe(z.record(names, value)) as unknown as z.ZodType<Record<string, Value>>;
}

/** zod silently drops such a member, since copying it would replace the prototype of the copy. */
const withoutPrototype = z
  .unknown()
  .refine(value => typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__'), {
    error: 'has a member named __proto__',
  });

/** One of these words. Adding a word to the type but not here does not compile. */
export function oneOf<Word extends string>(words: Record<Word, true>): z.ZodType<Word> {
  return z.enum(Object.keys(words) as Word[]);
}

/** Text with at least one character. */
export const text = z.string().min(1);

/** A whole number of at least 0. */
export const count = z.int().min(0);

/** The 1-based repetition of a boot. Lists are as long as the largest one. */
export const repetition = z.int().min(1).max(maximumRepetitions);

/** ns, from 0 up to what 64 bits hold; a measured one may have a fraction. */
export const nanoseconds = z
  .number()
  .min(0)
  .max(2 ** 64);

/** The ID of a cell or a trial. It is also a folder name: no slash, no leading dot. */
export const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, { error: 'is not an ID' });

/** ISO 8601 UTC. */
export const time = z.string().refine(value => !Number.isNaN(Date.parse(value)), { error: 'is not a time' });

/** The first error, with its path: `cells[3].vcpus: expected int, received string`. */
export function firstFault(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return error.message;
  const path = issue.path.map(pathStep).join('').replace(/^\./, '');
  const inner = issue.code === 'invalid_key' ? issue.issues[0] : undefined;
  const message = (inner ?? issue).message.replace(/^Invalid input: /, '');
  return path === '' ? message : `${path}: ${message}`;
}

function pathStep(step: PropertyKey): string {
  if (typeof step === 'number') return `[${step}]`;
  const name = String(step);
  return plainName.test(name) ? `.${name}` : `[${JSON.stringify(name.slice(0, 60))}]`;
}
