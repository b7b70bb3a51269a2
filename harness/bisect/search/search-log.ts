import { z } from 'zod';
import { InfrastructureError } from '../../errors.ts';
import { History } from './history.ts';
import { Ledger } from './ledger.ts';
import { type Observation, observationShape } from './observation.ts';
import { searchOptionsShape } from './options.ts';

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

/** The parsed log of a search. */
export interface SearchLog {
  header: SearchHeader;
  observations: Observation[];
  /** Length of the complete lines: a killed writer may leave an incomplete last line. */
  bytes: number;
}

/** One line of a log, including the newline. */
export function encodeLine(value: SearchHeader | Observation): string {
  return `${JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? member.toString() : member))}\n`;
}

/**
 * Parses the log of a search: JSON lines, first the header, then the observations in order.
 * @param file its name in messages
 * @throws InfrastructureError BISECT_LOG_DAMAGED naming the line, BISECT_LOG_VERSION
 */
export function parseSearchLog(text: string, file: string): SearchLog {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first = '', ...rest] = whole.split('\n').slice(0, -1);
  const header = parseHeader(first, file);
  const observations = rest.map((line, index) => parseLine(observationShape, line, `${file}:${index + 2}`));
  return { header, observations, bytes: Buffer.byteLength(whole) };
}

/**
 * The ledger after all observations of a log.
 * @throws InfrastructureError BISECT_LOG_DAMAGED if a line contradicts the ones before it
 */
export function replay({ header, observations }: SearchLog, file: string): Ledger {
  let line = 1;
  try {
    const ledger = new Ledger(new History(header.commits), header.options);
    for (const observation of observations) {
      line++;
      ledger.observe(observation);
    }
    return ledger;
  } catch (error) {
    if (error instanceof RangeError) throw damaged(`${file}:${line}`, error.message);
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
