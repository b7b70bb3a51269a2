import { z } from 'zod';
import { GuestError } from '../errors.ts';
import type { Message } from './protocol.ts';

const timeNs = z.number();
const words = z.record(z.string(), z.string());
const moment = z.enum(['before', 'after']);

const entrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), timeNs, facts: words }),
  z.object({
    type: z.literal('phase'),
    timeNs,
    phase: z.enum(['prepare', 'workload', 'collect', 'shutdown']),
  }),
  z.object({ type: z.literal('counters'), timeNs, moment, values: words, missing: words }),
  z.object({ type: z.literal('stats'), timeNs, moment, text: z.string() }),
  z.object({ type: z.literal('kmsg'), timeNs, record: z.string() }),
  z.object({ type: z.literal('output'), timeNs, stream: z.enum(['stdout', 'stderr']), text: z.string() }),
  z.object({
    type: z.literal('exit'),
    timeNs,
    exit: z.object({
      cause: z.enum(['exited', 'signaled', 'timeout']),
      code: z.number(),
      wallNs: z.number(),
      userNs: z.number(),
      systemNs: z.number(),
      maxRssBytes: z.number(),
    }),
  }),
  z.object({ type: z.literal('file'), timeNs, name: z.string(), content: z.base64(), last: z.boolean() }),
  z.object({ type: z.literal('sample'), timeNs, values: words }),
  z.object({ type: z.literal('note'), timeNs, code: z.string(), text: z.string() }),
  z.object({ type: z.literal('error'), timeNs, code: z.string(), text: z.string() }),
  z.object({ type: z.literal('end'), timeNs, facts: words }),
]);

/** A message as one line of channel.ndjson, without its newline; the bytes of a file become base64. */
export function formatTranscriptLine(message: Message): string {
  if (message.type !== 'file') return JSON.stringify(message);
  return JSON.stringify({ ...message, content: message.content.toString('base64') });
}

/**
 * Parses a line written by `formatTranscriptLine`.
 * @throws GuestError TRANSCRIPT_INVALID if the line is not JSON or not a message
 */
export function parseTranscriptLine(line: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw invalid(line, error);
  }
  const entry = entrySchema.safeParse(value);
  if (!entry.success) throw invalid(line, entry.error);
  if (entry.data.type !== 'file') return entry.data;
  return { ...entry.data, content: Buffer.from(entry.data.content, 'base64') };
}

function invalid(line: string, cause: unknown): GuestError {
  const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line;
  return new GuestError(
    'TRANSCRIPT_INVALID',
    `${JSON.stringify(shown)} is not a line of a channel transcript`,
    {
      hint: 'Every line of channel.ndjson is one message. An incomplete last line means that modstorm was killed while writing.',
      cause,
    },
  );
}
