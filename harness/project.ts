import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'guests')))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error("modstorm: cannot find modstorm's own package.json and guests/ above the build folder");
    folder = parent;
  }
  return folder;
}

/** The folder that holds package.json, guests/ and matrices/, for a build as well as an installation. */
const projectRoot: string = findRoot();

/** An absolute path below the project: `projectPath('guests', 'kernel')`. */
export function projectPath(...parts: string[]): string {
  return resolve(projectRoot, ...parts);
}

/** The words that start modstorm here: in a checkout by its npm script, which builds it first; installed, as a package. */
export const ownCommand: readonly string[] = existsSync(projectPath('harness', 'process', 'bootstrap.mjs'))
  ? ['npm', 'run', '-s', 'modstorm', '--']
  : ['npx', 'modstorm'];

/**
 * The folder of the cache: `$MODSTORM_CACHE`, else `$XDG_CACHE_HOME/modstorm`, else `~/.cache/modstorm`.
 * A relative XDG_CACHE_HOME is ignored, as the XDG Base Directory specification requires.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['MODSTORM_CACHE'];
  if (own) return resolve(own);
  const xdg = environment['XDG_CACHE_HOME'];
  if (xdg?.startsWith('/')) return join(xdg, 'modstorm');
  return join(homedir(), '.cache', 'modstorm');
}
