import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { type DebugTopic, debugTopics, followDebug } from '../debug.ts';
import { UsageError } from '../errors.ts';
import { suggest } from '../matrix/source/nearest.ts';
import type { CommandContext } from './context.ts';

/**
 * The topics that `MODSTORM_DEBUG` names, separated by commas.
 * @throws UsageError DEBUG_TOPIC
 */
export function parseDebugTopics(text: string): DebugTopic[] {
  const words = text
    .split(',')
    .map(word => word.trim())
    .filter(Boolean);
  return words.map(word => {
    const topic = debugTopics.find(name => name === word);
    if (topic) return topic;
    throw new UsageError('DEBUG_TOPIC', `MODSTORM_DEBUG: unknown topic ${JSON.stringify(word)}`, {
      hint: suggest(word, debugTopics),
    });
  });
}

/**
 * Writes the debug lines that the environment and `--debug FILE` request: to the file if given, else to standard error. A
 * file without topics gets all topics.
 * @returns a function that stops it
 * @throws UsageError DEBUG_TOPIC, DEBUG_FILE
 */
export function openDebugLog(
  file: string | undefined,
  context: Pick<CommandContext, 'environment' | 'stderr'>,
): () => void {
  const named = parseDebugTopics(context.environment['MODSTORM_DEBUG'] ?? '');
  const topics = named.length === 0 && file !== undefined ? debugTopics : named;
  if (file === undefined) return followDebug(topics, line => context.stderr(line));
  const handle = openForAppend(file);
  // Write synchronously rather than through a stream: the last lines before a crash matter most.
  const stop = followDebug(topics, line => void writeSync(handle, line));
  return () => {
    stop();
    closeSync(handle);
  };
}

function openForAppend(file: string): number {
  try {
    const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
    // Opening a FIFO without a reader would block for ever. O_NONBLOCK makes it fail.
    const handle = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666);
    if (!fstatSync(handle).isFIFO()) return handle;
    closeSync(handle);
    throw new Error('it is a FIFO, which may fill up');
  } catch (error) {
    throw new UsageError('DEBUG_FILE', `--debug: cannot write ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
