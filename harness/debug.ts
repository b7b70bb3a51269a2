import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { escapeText } from './escape.ts';

/** What can be traced: the QMP dialogue, frames from guests, locks, starts and ends of trials, and errors with a stack. */
export const debugTopics = ['qmp', 'channel', 'lock', 'schedule', 'errors'] as const;

/** One of `debugTopics`. */
export type DebugTopic = (typeof debugTopics)[number];

/** Node delivers messages to the subscribers of a name, so no logger has to be passed around. */
const channels = Object.fromEntries(debugTopics.map(topic => [topic, channel(channelName(topic))])) as Record<
  DebugTopic,
  ReturnType<typeof channel>
>;

function channelName(topic: DebugTopic): string {
  return `modstorm:${topic}`;
}

/** Publishes a message to the subscribers of a topic. Without subscribers, `text` is not even called. */
export function debug(topic: DebugTopic, text: () => string): void {
  if (channels[topic].hasSubscribers) channels[topic].publish(text());
}

/** Publishes an error with its stack trace and its causes, line by line. */
export function debugError(error: unknown): void {
  for (const line of inspect(error).split('\n')) debug('errors', () => line);
}

/** Maximum length of a line, in characters: enough for a QMP reply with the registers of a vCPU. */
const lineLength = 4000;

/**
 * Subscribes to topics: each message becomes a line `seconds topic text`, in seconds since this call. Texts may come
 * from guests and are escaped.
 * @param write takes a line with its newline; must not throw
 * @param now a clock in nanoseconds
 * @returns a function that stops it
 */
export function followDebug(
  topics: readonly DebugTopic[],
  write: (line: string) => void,
  now: () => bigint = process.hrtime.bigint,
): () => void {
  const start = now();
  const followers = topics.map(topic => {
    const name = channelName(topic);
    const take = (message: unknown) => {
      const seconds = (Number(now() - start) / 1e9).toFixed(6);
      write(`${seconds} ${topic} ${escapeText(String(message), { length: lineLength })}\n`);
    };
    subscribe(name, take);
    return () => unsubscribe(name, take);
  });
  return () => {
    for (const stop of followers) stop();
  };
}
