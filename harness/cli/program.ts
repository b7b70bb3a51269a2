import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { debugError, debugTopics } from '../debug.ts';
import { escapeOutput } from '../escape.ts';
import { exitCodes } from '../exit-code.ts';
import { isColoured, makePaint } from '../paint.ts';
import type { Shutdown } from '../process/shutdown.ts';
import { projectPath } from '../project.ts';
import type { CommandContext } from './context.ts';
import { openDebugLog } from './debug-log.ts';
import { defineBisectCommands } from './definitions/bisecting.ts';
import { defineCompletionCommands } from './definitions/completion.ts';
import { defineHelpCommand } from './definitions/help.ts';
import { defineHostCommands } from './definitions/host.ts';
import { defineJudgingCommands } from './definitions/judging.ts';
import { defineMeasuringCommands } from './definitions/measuring.ts';
import { defineReadingCommands } from './definitions/reading.ts';
import type { Start } from './definitions/start.ts';

/**
 * Parses a command line and runs its command.
 * @returns the exit code; for a signal, 130 or 143
 * @throws whatever the command throws
 */
export async function runCommandLine(words: readonly string[], shutdown: Shutdown): Promise<number> {
  const context = processContext(shutdown);
  let code: number = exitCodes.success;
  const program = defineProgram(async command => {
    code = await command(context);
  });
  let closeDebugLog = (): void => undefined;
  program.hook('preAction', () => {
    closeDebugLog = openDebugLog(program.opts<{ debug?: string }>().debug, context);
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      debugError(error);
      throw error;
    }
    // Commander has printed its own message, but its exit code 1 would mean a regression.
    code = error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  } finally {
    closeDebugLog();
  }
  return shutdown.exitCode ?? code;
}

/** This process as commands see it. */
function processContext(shutdown: Shutdown): CommandContext {
  return {
    stdout: (text, colour) => {
      const safe = escapeOutput(text);
      const coloured = colour !== undefined && isColoured(process.env, process.stdout.isTTY === true);
      process.stdout.write(coloured ? colour(safe, makePaint(true)) : safe);
    },
    columns: columnsOf(process.stdout, process.env),
    stderr: text => void process.stderr.write(escapeOutput(text)),
    environment: process.env,
    signal: shutdown.signal,
    interruption: () => shutdown.exitCode,
    interactive: process.stderr.isTTY === true,
  };
}

/** Columns of a terminal, or the value of COLUMNS for a pipe; at least 40, below which tables are useless. */
function columnsOf(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): number | undefined {
  const wanted = Number(environment['COLUMNS'] ?? Number.NaN);
  const columns = stream.isTTY ? stream.columns : Number.isInteger(wanted) && wanted > 0 ? wanted : undefined;
  return columns === undefined ? undefined : Math.max(40, columns);
}

/** The whole command line: every command with its options. `start` runs the chosen command. */
export function defineProgram(start: Start): Command {
  const program = new Command('modstorm')
    .description(
      'Boots a matrix of Linux guests, storms the module loader, and decides with honest statistics whether duplicate module loading got worse.',
    )
    .version(ownVersion())
    .option(
      '--debug <file>',
      `append debug lines to this file; MODSTORM_DEBUG=${debugTopics.join(',')} selects topics`,
    )
    .exitOverride()
    .configureOutput({
      writeOut: text => void process.stdout.write(escapeOutput(text)),
      writeErr: text => void process.stderr.write(escapeOutput(text)),
    })
    .showHelpAfterError('(add --help for usage)')
    .configureHelp({ showGlobalOptions: false })
    .enablePositionalOptions();
  defineMeasuringCommands(program, start);
  defineReadingCommands(program, start);
  defineJudgingCommands(program, start);
  defineBisectCommands(program, start);
  defineHostCommands(program, start);
  defineHelpCommand(program, start);
  defineCompletionCommands(program, start);
  return program;
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { version: string }).version;
}
