import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ContentCache } from '../../harness/files/content-cache.ts';
import { findDamage, hasManifest, markDamaged, writeManifest } from '../../harness/files/entry-manifest.ts';

const files = { image: 'x'.repeat(1000), lib: { 'a.ko': 'module' } };

async function entry(folder: string): Promise<string> {
  await writeManifest(folder);
  return folder;
}

/** Other bytes of the same number; the time stays too, as by a failing disk. */
function overwrite(path: string): void {
  writeFileSync(path, 'y'.repeat(statSync(path).size));
  utimesSync(path, 1000, 1000);
}

t.test('what is as it was is whole, however deep it is looked at', async t => {
  const folder = await entry(t.testdir(files));
  t.ok(await hasManifest(folder));
  t.equal(await findDamage(folder, 'quick'), undefined);
  t.equal(await findDamage(folder, 'whole'), undefined);
  utimesSync(join(folder, 'image'), 1, 1);
  t.equal(await findDamage(folder, 'quick'), undefined, 'touched, and read: the same content');
  t.equal(
    await findDamage(t.testdir({}), 'whole'),
    undefined,
    'nothing is known of a folder without manifest',
  );
});

t.test('each kind of damage is named', async t => {
  for (const [damage, message] of [
    [(folder: string) => writeFileSync(join(folder, 'image'), 'x'), 'image has 1 bytes instead of 1000'],
    [(folder: string) => writeFileSync(join(folder, 'image'), ''), 'image has 0 bytes instead of 1000'],
    [
      (folder: string) => writeFileSync(join(folder, 'image'), 'y'.repeat(1000)),
      'image has different content',
    ],
    [(folder: string) => rmSync(join(folder, 'lib'), { recursive: true }), 'lib/a.ko is missing'],
    [
      (folder: string) => {
        rmSync(join(folder, 'image'));
        mkdirSync(join(folder, 'image'));
      },
      'image is not a regular file',
    ],
    [(folder: string) => writeFileSync(join(folder, '.manifest.json'), '{'), '.manifest.json is damaged'],
    [
      (folder: string) => writeFileSync(join(folder, '.manifest.json'), '{"a":null}'),
      '.manifest.json is damaged',
    ],
    [(folder: string) => void markDamaged(folder), '.manifest.json is damaged'],
  ] as const) {
    const folder = await entry(t.testdir(files));
    damage(folder);
    await new Promise(resolve => setTimeout(resolve, 20));
    t.equal(await findDamage(folder, 'quick'), message);
  }
  const folder = t.testdir(files);
  utimesSync(join(folder, 'image'), 1000, 1000);
  await writeManifest(folder);
  overwrite(join(folder, 'image'));
  t.equal(await findDamage(folder, 'quick'), undefined, 'a quick look does not read what was not touched');
  t.match(await findDamage(folder, 'whole'), /^image has different content/);
});

t.test('a touched file does not make the damage of another one good', async t => {
  const folder = t.testdir(files);
  utimesSync(join(folder, 'image'), 1000, 1000);
  await writeManifest(folder);
  overwrite(join(folder, 'image'));
  utimesSync(join(folder, 'lib/a.ko'), 1, 1);
  t.equal(await findDamage(folder, 'quick'), undefined, 'the touched file is whole');
  t.equal(await findDamage(folder, 'whole'), 'image has different content');
});

t.test(
  'a damaged entry of the cache is made again, and one of an older version is asked what it is',
  async t => {
    const root = t.testdir();
    const place = { name: 'things', folder: 'things', verified: true };
    const read = async (folder: string) =>
      existsSync(join(folder, 'a')) ? readFileSync(join(folder, 'a'), 'utf8') : undefined;
    const cache = new ContentCache(
      place,
      root,
      read,
      async folder => readFileSync(join(folder, 'a'), 'utf8') === 'old',
    );
    const notices: string[] = [];
    const lock = { purpose: 'testing', onWait: (notice: string) => notices.push(notice) };
    const make = (text: string) =>
      cache.obtain('k', lock, async draft => writeFileSync(join(draft, 'a'), text));
    t.equal(await make('one'), 'one');
    t.equal(await make('two'), 'one');
    writeFileSync(join(root, 'things/k/a'), 'o');
    t.equal(await make('two'), 'two');
    t.match(notices, [/things\/k is damaged and will be created again: a has 1 bytes instead of 3/]);
    for (const [content, found] of [
      ['old', 'old'],
      ['odd', 'three'],
    ] as const) {
      rmSync(join(root, 'things/k'), { recursive: true });
      mkdirSync(join(root, 'things/k'));
      writeFileSync(join(root, 'things/k/a'), content);
      t.equal(await make('three'), found);
      t.ok(await hasManifest(join(root, 'things/k')));
    }
  },
);
