import type { Argument, Command, Option } from 'commander';

/** What completion must look up. Errors are ignored, because a shell cannot show them. */
export interface CompletionSources {
  matrices(): Promise<string[]>;
  /** @param results the folder of the runs */
  runs(results: string): Promise<string[]>;
  baselines(folder: string | undefined): Promise<string[]>;
  metrics(): Promise<string[]>;
  /** `vcpus=8`, for each value of each varying axis. */
  cells(matrix: string): Promise<string[]>;
  topics(): Promise<string[]>;
}

/** The parsed words before the one that is completed. */
interface Parsed {
  command: Command;
  positionals: string[];
  /** The last value of each option. */
  options: Map<string, string>;
  /** The option whose value is completed. */
  open: Option | undefined;
}

/**
 * The completions of the last word; empty if the shell should offer files.
 * @param words the words after the name of the program; the last one may be empty
 */
export async function completionCandidates(
  program: Command,
  words: readonly string[],
  sources: CompletionSources,
): Promise<string[]> {
  const current = words.at(-1) ?? '';
  const parsed = parse(program, words.slice(0, -1));
  const found = await wordsFor(parsed, current, sources);
  return [...new Set(found)].filter(word => word.startsWith(current) && !/\s/.test(word));
}

function wordsFor(parsed: Parsed, current: string, sources: CompletionSources): string[] | Promise<string[]> {
  const { command, positionals, open } = parsed;
  if (open !== undefined) return valuesOf(open, parsed, sources);
  if (current.startsWith('-'))
    return command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
  const argument = argumentAt(command, positionals.length);
  const children = positionals.length === 0 ? namesOf(command) : [];
  if (argument === undefined) return children;
  return Promise.resolve(argumentValues(argument, parsed, sources)).then(values => [...children, ...values]);
}

function parse(program: Command, words: readonly string[]): Parsed {
  const parsed: Parsed = { command: program, positionals: [], options: new Map(), open: undefined };
  for (const word of words) {
    const { open } = parsed;
    if (open === undefined) {
      take(word, parsed);
      continue;
    }
    parsed.options.set(open.long ?? '', word);
    if (!open.variadic) parsed.open = undefined;
  }
  return parsed;
}

/** An option, the name of a command below, or an argument. */
function take(word: string, parsed: Parsed): void {
  const { command, positionals } = parsed;
  const option = command.options.find(({ long, short }) => long === word || short === word);
  if (option !== undefined) {
    if (option.required || option.optional) parsed.open = option;
    return;
  }
  const child = positionals.length === 0 && command.commands.find(one => one.name() === word);
  if (child) parsed.command = child;
  else if (!word.startsWith('-')) positionals.push(word);
}

function namesOf({ commands }: Command): string[] {
  // `complete` is only for the scripts.
  return commands.map(command => command.name()).filter(name => name !== 'complete');
}

function argumentAt({ registeredArguments }: Command, place: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[place] ?? (last?.variadic ? last : undefined);
}

function argumentValues(
  argument: Argument,
  { command, options }: Parsed,
  sources: CompletionSources,
): string[] | Promise<string[]> {
  if (argument.argChoices) return argument.argChoices;
  const results = options.get('--results') ?? 'results';
  switch (argument.name()) {
    case 'matrix':
      return sources.matrices();
    case 'run':
    case 'bisection':
      return runsOf(results, sources);
    case 'side':
      return sidesOf(results, options.get('--baselines'), sources);
    case 'name':
      return ['show', 'remove'].includes(command.name()) ? sources.baselines(options.get('--baselines')) : [];
    case 'word':
      return sources.topics().then(topics => [...namesOf(command.parent ?? command), ...topics]);
    default:
      return [];
  }
}

function valuesOf(
  option: Option,
  { positionals, options }: Parsed,
  sources: CompletionSources,
): string[] | Promise<string[]> {
  if (option.argChoices) return option.argChoices;
  const results = options.get('--results') ?? 'results';
  switch (option.long) {
    case '--metric':
    case '--why':
      return sources.metrics();
    case '--filter':
      return sources.cells(positionals[0] ?? 'matrices/quick.yaml');
    case '--resume':
      return runsOf(results, sources);
    case '--pin':
      return sidesOf(results, options.get('--baselines'), sources);
    case '--matrix':
      return sources.matrices();
    default:
      return [];
  }
}

async function runsOf(results: string, sources: CompletionSources): Promise<string[]> {
  return ['latest', ...(await sources.runs(results))];
}

async function sidesOf(
  results: string,
  baselines: string | undefined,
  sources: CompletionSources,
): Promise<string[]> {
  return [...(await runsOf(results, sources)), ...(await sources.baselines(baselines))];
}
