import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { escapeText } from './escape.ts';

/** What can be followed: talk with QEMU, frames of guests, locks between processes, starts and ends of trials, traces. */
export const debugTopics = ['qmp', 'channel', 'lock', 'schedule', 'errors'] as const;

/** One of `debugTopics`. */
export type DebugTopic = (typeof debugTopics)[number];

/** Node hands messages to whoever has subscribed to a name, so that nothing has to be passed through. */
const channels = Object.fromEntries(debugTopics.map(topic => [topic, channel(channelName(topic))])) as Record<
  DebugTopic,
  ReturnType<typeof channel>
>;

function channelName(topic: DebugTopic): string {
  return `modstorm:${topic}`;
}

/** Says what happens, to whoever follows the topic; without followers `text` is not even called. */
export function debug(topic: DebugTopic, text: () => string): void {
  if (channels[topic].hasSubscribers) channels[topic].publish(text());
}

/** Shows an error with its trace and its causes, a line each. */
export function debugError(error: unknown): void {
  for (const line of inspect(error).split('\n')) debug('errors', () => line);
}

/** Longest line, in characters: a QMP answer with the registers of a vCPU is shown whole. */
const lineLength = 4000;

/**
 * Follows topics: each message becomes a line `seconds topic text`, the seconds counted from this call. Texts may come
 * from guests and are escaped.
 * @param write takes a line with its newline; must not throw
 * @param now a clock in nanoseconds
 * @returns what ends it
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
