import { z } from 'zod';
import { InfrastructureError } from '../../errors.ts';
import { History } from './history.ts';
import { Ledger } from './ledger.ts';
import { type Observation, observationShape } from './observation.ts';
import { type Limits, limitsShape, type SearchOptions, searchOptionsShape } from './options.ts';

const headerShape = z.strictObject({
  bisect: z.literal('modstorm'),
  version: z.literal(1),
  /** The history, in topological order (see `History`). */
  commits: z.array(
    z.strictObject({
      id: z.string().min(1).max(200),
      parents: z.array(z.int().min(0)),
      candidate: z.boolean(),
    }),
  ),
  options: searchOptionsShape,
});

/** The parameters of a search: the first line of its log. */
export type SearchHeader = z.infer<typeof headerShape>;

/** A line of a log after the first. */
const lineShape = z.discriminatedUnion('type', [...observationShape.options, limitsShape]);

/** The parsed log of a search. */
export interface SearchLog {
  /** With the limits that were set last. */
  header: SearchHeader;
  observations: Observation[];
  /** Length of the complete lines: a killed writer may leave an incomplete last line. */
  bytes: number;
}

/** One line of a log, including the newline. */
export function encodeLine(value: SearchHeader | Observation | Limits): string {
  return `${JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? member.toString() : member))}\n`;
}

/**
 * Parses the log of a search: JSON lines, first the header, then the observations in order, and changed limits among them.
 * @param file its name in messages
 * @throws InfrastructureError BISECT_LOG_DAMAGED naming the line, BISECT_LOG_VERSION
 */
export function parseSearchLog(text: string, file: string): SearchLog {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first = '', ...rest] = whole.split('\n').slice(0, -1);
  const header = parseHeader(first, file);
  const observations: Observation[] = [];
  for (const [index, line] of rest.entries()) {
    const entry = parseLine(lineShape, line, `${file}:${index + 2}`);
    if (entry.type === 'limits') header.options = withLimits(header.options, entry);
    else observations.push(entry);
  }
  return { header, observations, bytes: Buffer.byteLength(whole) };
}

function withLimits(options: SearchOptions, { type: _, ...limits }: Limits): SearchOptions {
  return { ...options, ...limits };
}

/**
 * The ledger after all observations of a log.
 * @throws InfrastructureError BISECT_LOG_DAMAGED if a line contradicts the ones before it
 */
export function replay({ header, observations }: SearchLog, file: string): Ledger {
  let observed = 0;
  try {
    const ledger = new Ledger(new History(header.commits), header.options);
    for (const observation of observations) {
      observed++;
      ledger.observe(observation);
    }
    return ledger;
  } catch (error) {
    if (error instanceof RangeError) throw damaged(`${file}, observation ${observed},`, error.message);
    throw error;
  }
}

function parseHeader(line: string, file: string): SearchHeader {
  const { version } = parseLine(z.looseObject({ version: z.unknown().optional() }), line, `${file}:1`);
  if (version === 1) return parseLine(headerShape, line, `${file}:1`);
  throw new InfrastructureError(
    'FILE_VERSION',
    `${file} has version ${JSON.stringify(version)}, but this modstorm reads version 1`,
    { hint: 'Use the version of modstorm that wrote it.' },
  );
}

function parseLine<Shape extends z.ZodType>(shape: Shape, line: string, place: string): z.infer<Shape> {
  let fault: string;
  try {
    const parsed = shape.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
    fault = z.prettifyError(parsed.error);
  } catch (error) {
    fault = (error as Error).message;
  }
  throw damaged(place, fault);
}

function damaged(place: string, fault: string): InfrastructureError {
  const message = `${place} is not a line of a bisection: ${fault.slice(0, 200)}`;
  return new InfrastructureError('BISECT_LOG_DAMAGED', message, {
    hint: 'Restore the file from a copy, or delete it and all later lines: their steps are repeated.',
  });
}
