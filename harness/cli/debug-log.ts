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
    throw new UsageError('DEBUG_TOPIC', `MODSTORM_DEBUG: there is no topic ${JSON.stringify(word)}`, {
      hint: suggest(word, debugTopics),
    });
  });
}

/**
 * Writes the debug lines that the environment and `--debug FILE` ask for: to the file, else to standard error. With a
 * file and no topics, all of them.
 * @returns what ends it
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
  // At once and not through a stream: the last lines before a crash are the ones that matter.
  const stop = followDebug(topics, line => void writeSync(handle, line));
  return () => {
    stop();
    closeSync(handle);
  };
}

function openForAppend(file: string): number {
  try {
    const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
    // A FIFO that nobody reads would be waited for without end; NONBLOCK refuses it.
    const handle = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666);
    if (!fstatSync(handle).isFIFO()) return handle;
    closeSync(handle);
    throw new Error('it is a FIFO, which may fill up');
  } catch (error) {
    throw new UsageError('DEBUG_FILE', `--debug: ${file} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
