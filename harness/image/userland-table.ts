import { parse } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { suggest } from '../matrix/source/nearest.ts';

const absolutePath = z.string().regex(/^(\/[A-Za-z0-9._+-]+)+$/, 'must be an absolute path');
const dottedVersion = z.string().regex(/^\d+(\.\d+)*$/, 'must be a version such as 0.15.07');

const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'must be the name of a Debian package');

const programShape = z.strictObject({
  package: packageName,
  path: absolutePath,
  links: z.array(absolutePath).default([]),
  files: z.array(absolutePath).default([]),
  opens: z.record(z.string(), packageName).default({}),
  minimum: dottedVersion.optional(),
  suite: z.string().min(1).optional(),
});

const tableShape = z.strictObject({
  suite: z.string().min(1),
  always: z.array(z.string()).default([]),
  programs: z.record(z.string(), programShape),
});

/** The source of a userland program: an entry of guests/userland.yaml. */
export interface ProgramSource {
  name: string;
  /** The Debian package that has it. */
  package: string;
  /** Absolute path in the package, and in the guest. */
  path: string;
  /** Additional names in the guest: symbolic links to `path`. */
  links: string[];
  /** Additional files of the package that the program needs. */
  files: string[];
  /** Libraries that it opens at run time if present: soname to Debian package. */
  opens: Record<string, string>;
  /** Minimum version (dotted numbers) of the host's program to use it instead of Debian's. */
  minimum?: string | undefined;
  /** Debian suite that has it, if the default suite does not. The whole image then comes from this suite. */
  suite?: string | undefined;
}

/** guests/userland.yaml, checked. */
export interface UserlandTable {
  /** Debian suite of all programs and libraries, unless a program of the image names another. */
  suite: string;
  /** Programs that are in every image. */
  always: string[];
  programs: ProgramSource[];
}

/**
 * Reads guests/userland.yaml.
 * @param file shown in errors
 * @throws UsageError USERLAND_TABLE
 */
export function parseUserlandTable(text: string, file: string): UserlandTable {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new UsageError('USERLAND_TABLE', `${file} is not YAML: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const parsed = tableShape.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      issue => `${issue.path.join('.') || 'top level'}: ${issue.message}`,
    );
    throw new UsageError('USERLAND_TABLE', `${file}: ${issues.join('; ')}`, {
      hint: 'See the comments at its top.',
    });
  }
  const programs = Object.entries(parsed.data.programs).map(([name, { minimum, suite, ...source }]) => ({
    name,
    ...source,
    minimum,
    suite,
  }));
  const table = { ...parsed.data, programs };
  selectPrograms(table, []);
  return table;
}

/**
 * The programs of an image: those in every image and the requested ones, in the order of the table.
 * @throws UsageError PROGRAM_UNKNOWN
 */
export function selectPrograms(table: UserlandTable, wanted: readonly string[]): ProgramSource[] {
  const names = new Set([...table.always, ...wanted]);
  for (const name of names) {
    if (table.programs.some(program => program.name === name)) continue;
    const known = table.programs.map(program => program.name);
    throw new UsageError('PROGRAM_UNKNOWN', `guests/userland.yaml has no program ${JSON.stringify(name)}`, {
      hint: `${suggest(name, known)} To add a program, give its Debian package and path there.`,
    });
  }
  return table.programs.filter(program => names.has(program.name));
}

/**
 * The suite of all programs of an image. There is only one, because a program linked with the libraries of one suite does
 * not run with those of another.
 * @throws UsageError USERLAND_TABLE if the programs name several
 */
export function suiteOf(table: UserlandTable, programs: readonly ProgramSource[]): string {
  const named = [...new Set(programs.flatMap(({ suite }) => suite ?? []))];
  if (named.length < 2) return named[0] ?? table.suite;
  const message = `an image cannot mix programs of the suites ${named.join(' and ')}`;
  throw new UsageError('USERLAND_TABLE', message, { hint: 'See `suite` in guests/userland.yaml.' });
}

/** Compares dotted numbers: `0.15.06` < `0.15.07` < `0.16`. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left.split('.').map(Number), right.split('.').map(Number)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
