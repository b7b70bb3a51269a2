import type { Command } from 'commander';
import { exitCodes } from '../../exit-code.ts';
import { helpTopics, readTopic, topicNames } from './help-topic.ts';
import { type Block, plainInline } from './markdown.ts';

/** The manual page of the program, in man(7) macros: all commands with their options, then all topics. */
export function manPage(program: Command, version: string): string {
  const lines = [
    `.TH MODSTORM 1 "" "modstorm ${roff(version)}"`,
    '.SH NAME',
    'modstorm \\- boot matrices of Linux guests and judge duplicate module loading',
    '.SH SYNOPSIS',
    '.B modstorm',
    '.I command',
    '[\\fIoption\\fR ...] [\\fIargument\\fR ...]',
    '.SH DESCRIPTION',
    text(program.description()),
    '.SH COMMANDS',
    ...program.commands.flatMap(command => commandLines(command, '')),
    '.SH EXIT STATUS',
    ...Object.values(exitCodes).flatMap(code => ['.TP', `.B ${code}`, text(exitMeanings[code])]),
    '.TP',
    '.B 129, 130, 143',
    'Interrupted by SIGHUP, SIGINT, SIGTERM.',
    ...topicNames.flatMap(name => [
      `.SH ${roff(name.toUpperCase())}`,
      text(`${helpTopics[name].about}.`),
      ...readTopic(name).flatMap(blockLines),
    ]),
  ];
  return `${lines.filter(line => line !== '').join('\n')}\n`;
}

const exitMeanings: Readonly<Record<(typeof exitCodes)[keyof typeof exitCodes], string>> = {
  [exitCodes.success]: 'Success.',
  [exitCodes.failed]: 'A trial failed, crashed or hung, or a gated metric regressed.',
  [exitCodes.usage]: 'The command line or the matrix is wrong; nothing ran.',
  [exitCodes.infrastructure]: 'The host, a build or modstorm itself failed; the verdict is unknown.',
  [exitCodes.nothingSelected]: 'The filter or shard selected nothing.',
};

function commandLines(command: Command, parent: string): string[] {
  const name = `${parent}${command.name()}`;
  return [
    `.SS "${roff(`modstorm ${name} ${command.usage()}`)}"`,
    text(command.description()),
    ...command.registeredArguments.flatMap(argument => [
      '.TP',
      `.I ${roff(argument.name())}`,
      text(argument.description),
    ]),
    ...command.options
      .filter(option => !option.hidden)
      .flatMap(option => ['.TP', `.B ${roff(option.flags)}`, text(option.description)]),
    ...command.commands.flatMap(child => commandLines(child, `${name} `)),
  ];
}

function blockLines(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
      return block.level === 1 ? [] : [`.SS "${roff(plainInline(block.text))}"`];
    case 'paragraph':
      return ['.PP', inline(block.text)];
    case 'item':
      return [
        `.IP "${block.mark === '-' || block.mark === '*' ? '\\(bu' : roff(block.mark)}" 4`,
        inline(block.text),
      ];
    case 'code':
      return ['.PP', '.RS 4', '.EX', ...block.lines.map(line => text(line) || '\\&'), '.EE', '.RE'];
    case 'table':
      return block.rows.flatMap(([first = '', ...others]) => [
        '.TP',
        `.B ${roff(plainInline(first)) || '\\&'}`,
        text(
          others.map((cell, index) => cellText(block.head[index + 1] ?? '', cell, others.length)).join('; '),
        ),
      ]);
  }
}

/** With several columns, each value is prefixed with the name of its column. */
function cellText(head: string, cell: string, columns: number): string {
  return columns > 1 && head !== '' ? `${plainInline(head)}: ${plainInline(cell)}` : plainInline(cell);
}

/** Code and strong words in bold; the rest as plain text. */
function inline(markdown: string): string {
  const parts = markdown.split(/(`[^`]+`|\*\*[^*]+\*\*)/);
  const shown = parts.map((part, index) =>
    index % 2 === 1 ? `\\fB${roff(plainInline(part))}\\fR` : roff(plainInline(part)),
  );
  return guarded(shown.join(''));
}

function text(plain: string): string {
  return guarded(roff(plain));
}

/** Escapes a text so that nothing in it is a roff command, in quotes or outside; ASCII, for old formatters. */
function roff(plain: string): string {
  const escaped = plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll(/\s*\n\s*/g, ' ');
  return [...escaped].map(asciiOnly).join('');
}

function asciiOnly(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? character : `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}

/** A line that begins with a dot or an apostrophe would be a command. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
