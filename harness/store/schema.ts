import { z } from 'zod';
import { maximumRepetitions } from '../plan/plan.ts';

/** A schema for each member of a type: a member that is added to the type and not to its schema does not compile. */
export type Shape<Type> = { [Name in keyof Type]-?: z.ZodType<Type[Name]> };

/** An object with these members; others, which a later version may have added, are left out of what is read. */
export function objectOf<Type>(shape: Shape<Type>): z.ZodType<Type> {
  return z.object(shape) as unknown as z.ZodType<Type>;
}

/** Letters, digits and `_ . + -`: names of axes, metrics, kernels, workloads, packages. */
const plainName = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}$/;

/** An object that maps plain names to values of one kind. */
export function mapOf<Value>(value: z.ZodType<Value>): z.ZodType<Record<string, Value>> {
  const names = z.string().regex(plainName, { error: 'this name of a member is no plain name' });
  return withoutPrototype.pipe(z.record(names, value)) as unknown as z.ZodType<Record<string, Value>>;
}

/** zod leaves such a member out without a word, since to copy it would replace the prototype of the copy. */
const withoutPrototype = z
  .unknown()
  .refine(value => typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__'), {
    error: 'has a member named __proto__',
  });

/** One of these words; one that is added to the type and not here does not compile. */
export function oneOf<Word extends string>(words: Record<Word, true>): z.ZodType<Word> {
  return z.enum(Object.keys(words) as Word[]);
}

/** Text with at least one character. */
export const text = z.string().min(1);

/** A whole number from 0 up. */
export const count = z.int().min(0);

/** The 1-based repetition of a boot; lists are as long as the largest of them. */
export const repetition = z.int().min(1).max(maximumRepetitions);

/** ns, from 0 up to what 64 bits hold; a measured one may have a fraction. */
export const nanoseconds = z
  .number()
  .min(0)
  .max(2 ** 64);

/** The id of a cell or a trial, which is the name of a folder as well: no slash, no leading dot. */
export const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, { error: 'is no id' });

/** ISO 8601 UTC. */
export const time = z.string().refine(value => !Number.isNaN(Date.parse(value)), { error: 'is no time' });

/** The first thing that is wrong, with the way to it: `cells[3].vcpus: expected int, received string`. */
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
