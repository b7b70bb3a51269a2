import type { Command } from 'commander';
import { exitCodes } from '../../exit-code.ts';
import type { CommandContext } from '../context.ts';
import { readTopic, topicLines, topicNames } from '../help/help-topic.ts';
import { manPage } from '../help/man-page.ts';
import { topicText } from '../help/topic-text.ts';

/** Options of `modstorm help`. */
export interface HelpOptions {
  man?: boolean;
}

/**
 * `modstorm help [WORD…]`: the options of a command, the text of a topic, or the list of both.
 * @throws UsageError HELP_UNKNOWN
 */
export function helpCommand(
  words: readonly string[],
  { man }: HelpOptions,
  program: Command,
  context: CommandContext,
): number {
  context.stdout(textOf(words, man === true, program, context));
  return exitCodes.success;
}

function textOf(
  words: readonly string[],
  man: boolean,
  program: Command,
  { columns }: CommandContext,
): string {
  if (man) return manPage(program, program.version() ?? '');
  const [word, another] = words;
  if (word === undefined)
    return `${program.helpInformation()}\nTopics, for \`modstorm help TOPIC\`:\n${topicLines.map(line => `  ${line}`).join('\n')}\n`;
  const command = program.commands.find(one => one.name() === word);
  if (command === undefined) return topicText(readTopic(word), columns);
  const child = command.commands.find(one => one.name() === another);
  const options = (child ?? command).helpInformation();
  const isTopic = child === undefined && topicNames.some(topic => topic === word);
  return isTopic ? `${options}\n${topicText(readTopic(word), columns)}` : options;
}
