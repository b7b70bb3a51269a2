import { GuestError } from '../errors.ts';
import type { Frame, Message, SnapshotMoment, WorkloadExit } from './protocol.ts';

type MessageOf<T extends Message['type']> = Extract<Message, { type: T }>;

const phases = ['prepare', 'workload', 'collect', 'shutdown'] as const;
const causes = ['exited', 'signaled', 'timeout'] as const;

/**
 * Parses the payload of a frame. Keys that this version does not know are kept.
 * @throws GuestError MESSAGE_INVALID if the payload does not match its type
 */
export function parseMessage(frame: Frame): Message {
  const { type, timeNs, payload } = frame;
  switch (type) {
    case 'hello':
    case 'end':
      return { type, timeNs, facts: parseFacts(frame, payload) };
    case 'sample':
      return { type, timeNs, values: parseFacts(frame, payload) };
    case 'phase':
      return { type, timeNs, phase: oneOf(frame, phases, payload.toString()) };
    case 'counters':
      return parseCounters(frame);
    case 'stats': {
      const { head, body } = splitHead(frame);
      return { type, timeNs, moment: parseMoment(frame, head), text: body.toString() };
    }
    case 'kmsg':
      return { type, timeNs, record: payload.toString() };
    case 'output': {
      const { head, body } = splitHead(frame);
      return {
        type,
        timeNs,
        stream: oneOf(frame, ['stdout', 'stderr'] as const, head),
        text: body.toString(),
      };
    }
    case 'exit':
      return { type, timeNs, exit: parseExit(frame) };
    case 'file':
      return parseFile(frame);
    case 'note': {
      const [code, text] = splitAt(payload.toString(), ' ');
      return { type, timeNs, code, text };
    }
    case 'error': {
      const [code, text] = splitAt(payload.toString(), '\n');
      return { type, timeNs, code, text };
    }
  }
}

function parseCounters(frame: Frame): MessageOf<'counters'> {
  const { head, body } = splitHead(frame);
  const values: [string, string][] = [];
  const missing: [string, string][] = [];
  for (const line of linesOf(body)) {
    const [name, value] = splitAt(line, ' ');
    if (!name) throw invalid(frame, `the line ${JSON.stringify(line)} has no name`);
    // A file that somebody emptied in the guest is no fault of the channel; a trial without its counter is invalid.
    if (!value) missing.push([name, 'empty']);
    else if (value.startsWith('!')) missing.push([name, value.slice(1)]);
    else values.push([name, value]);
  }
  return {
    type: 'counters',
    timeNs: frame.timeNs,
    moment: parseMoment(frame, head),
    values: Object.fromEntries(values),
    missing: Object.fromEntries(missing),
  };
}

function parseExit(frame: Frame): WorkloadExit {
  const facts = parseFacts(frame, frame.payload);
  const number = (key: string): number => {
    const value = Number(facts[key] || Number.NaN);
    if (!Number.isSafeInteger(value) || value < 0)
      throw invalid(frame, `${key} is ${JSON.stringify(facts[key])}, not a whole number`);
    return value;
  };
  return {
    cause: oneOf(frame, causes, facts['cause'] ?? ''),
    code: number('code'),
    wallNs: number('wall_ns'),
    userNs: number('user_ns'),
    systemNs: number('system_ns'),
    maxRssBytes: number('max_rss_bytes'),
  };
}

function parseFile(frame: Frame): MessageOf<'file'> {
  const { head, body } = splitHead(frame);
  const [part, name] = splitAt(head, ' ');
  if (!name.startsWith('/')) throw invalid(frame, `${JSON.stringify(name)} is not an absolute path`);
  const last = oneOf(frame, ['more', 'last'] as const, part) === 'last';
  return { type: 'file', timeNs: frame.timeNs, name, content: body, last };
}

/** Parses `key=value` lines. A duplicate key is an error because it is ambiguous. */
function parseFacts(frame: Frame, payload: Buffer): Record<string, string> {
  const facts = new Map<string, string>();
  for (const line of linesOf(payload)) {
    const equals = line.indexOf('=');
    if (equals < 1) throw invalid(frame, `the line ${JSON.stringify(line)} is not key=value`);
    const key = line.slice(0, equals);
    if (facts.has(key)) throw invalid(frame, `${JSON.stringify(key)} appears twice`);
    facts.set(key, line.slice(equals + 1));
  }
  return Object.fromEntries(facts);
}

function parseMoment(frame: Frame, head: string): SnapshotMoment {
  return oneOf(frame, ['before', 'after'] as const, head);
}

function splitHead(frame: Frame): { head: string; body: Buffer } {
  const newline = frame.payload.indexOf('\n');
  if (newline < 0) throw invalid(frame, 'it has no first line');
  return { head: frame.payload.toString('utf8', 0, newline), body: frame.payload.subarray(newline + 1) };
}

function linesOf(payload: Buffer): string[] {
  return payload
    .toString()
    .split('\n')
    .filter(line => line !== '');
}

function splitAt(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

function oneOf<T extends string>(frame: Frame, words: readonly T[], word: string): T {
  const found = words.find(candidate => candidate === word);
  if (found === undefined) throw invalid(frame, `${JSON.stringify(word)} is not one of ${words.join(', ')}`);
  return found;
}

function invalid(frame: Frame, why: string): GuestError {
  const shown = why.length > 300 ? `${why.slice(0, 300)}…` : why;
  return new GuestError(
    'MESSAGE_INVALID',
    `The guest's ${frame.type} frame ${frame.sequence} is invalid: ${shown}`,
    {
      hint: 'The agent in the image may be from a different version of modstorm: run `modstorm build` again.',
    },
  );
}
