import { modstorm, type Row, rivals, simulate } from '../bisect/simulation/table.ts';
import { kinds } from '../bisect/simulation/world.ts';

/**
 * The search of `modstorm bisect` and four others against synthetic histories, as a Markdown table:
 * `npm run simulate:bisect -- [WORLDS [COMMITS …]]`, 1000 worlds of 256 and of 1024 commits each by default.
 */
const [worlds = 1000, ...sizes] = process.argv.slice(2).map(Number);
if (!(worlds > 0) || sizes.some(size => !(size >= 32))) {
  process.stderr.write('usage: npm run simulate:bisect -- [WORLDS [COMMITS …]], COMMITS at least 32\n');
  process.exit(2);
}

function formatRow({ correct, wrong, undecided, builds, boots, seconds }: Row): string {
  const shares = [correct, wrong, undecided].map(share => share.toFixed(1).replace(/\.0$/, ''));
  return `${shares.join(' / ')}; ${builds.toFixed(1)}, ${boots.toFixed(0)}, ${seconds.toFixed(0)} s`;
}

const schemes = [modstorm, ...rivals];
for (const commits of sizes.length > 0 ? sizes : [256, 1024]) {
  process.stdout.write(
    `\n${commits} commits, ${worlds} worlds a row: correct / wrong / undecided in %; builds, boots, seconds\n\n` +
      `| data | ${schemes.map(({ name }) => name).join(' | ')} |\n|---|${'---|'.repeat(schemes.length)}\n`,
  );
  for (const kind of kinds) {
    const cells = schemes.map(scheme => formatRow(simulate(scheme, kind, commits, worlds)));
    process.stdout.write(`| ${kind.name} | ${cells.join(' | ')} |\n`);
  }
}
