import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { CiRequest } from '../../ci/platforms/platform.ts';
import { type PlatformName, platforms } from '../../ci/platforms/platforms.ts';
import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import { makeFolders } from '../../files/make-folders.ts';
import { projectPath } from '../../project.ts';
import { shellQuote } from '../../shell-quote.ts';
import type { CommandContext } from '../context.ts';
import { readMatrix } from '../inputs.ts';

/** Options of `modstorm ci`. */
export interface CiOptions {
  force?: boolean;
  output?: string;
  shards: number;
}

/** Node of the generated jobs: the newest long-term release that modstorm is tested with. */
const nodeMajor = 22;

/**
 * `modstorm ci PLATFORM [MATRIX]`: prints a ready workflow, or writes it below a folder. Asks nothing.
 * @throws UsageError CI_EXISTS if a file is already there; errors of the matrix
 */
export async function ciCommand(
  platform: PlatformName,
  reference: string,
  options: CiOptions,
  context: CommandContext,
): Promise<number> {
  const { file, matrix } = await readMatrix(reference);
  const files = platforms[platform].files(requestOf(platform, file, matrix.name, options));
  if (options.output === undefined) {
    context.stdout(
      files.map(({ path, text }) => (files.length > 1 ? `# ${path}\n\n${text}` : text)).join('\n'),
    );
    return exitCodes.success;
  }
  const made = files.map(({ path, text }) => ({ path: join(options.output ?? '', path), text }));
  const taken = options.force ? undefined : made.find(({ path }) => existsSync(path));
  if (taken) {
    throw new UsageError('CI_EXISTS', `${taken.path} is already there`, {
      hint: 'Add --force to replace it, or choose another --output.',
    });
  }
  for (const { path, text } of made) {
    await makeFolders(dirname(path));
    await writeFile(path, text);
    context.stdout(`${path}\n`);
  }
  return exitCodes.success;
}

function requestOf(platform: PlatformName, file: string, name: string, { shards }: CiOptions): CiRequest {
  const home = projectPath();
  const inside = relative(home, resolve(file));
  // Other machines have this project elsewhere; a scheduler or systemd of this one has it here.
  const elsewhere = platform === 'github' || platform === 'gitlab' || platform === 'kubernetes';
  return {
    matrix: elsewhere && !inside.startsWith('..') ? inside : resolve(file),
    name: name.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase(),
    shards,
    program: ownProgram(home),
    home,
    node: nodeMajor,
  };
}

/** The words that start this modstorm, in a checkout or as an installed package. */
function ownProgram(home: string): string {
  const checkout = join(home, 'harness', 'process', 'bootstrap.mjs');
  return existsSync(checkout)
    ? shellQuote([process.execPath, checkout, 'modstorm'])
    : shellQuote([process.execPath, join(home, 'build', 'harness', 'main.js')]);
}
