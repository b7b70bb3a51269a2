import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parseMadison, parsePrintUris } from '../../harness/host/apt-output.ts';
import {
  archiveOf,
  chooseMirror,
  parseDeb822Sources,
  parseOsRelease,
  parseSourcesList,
  preferredSuites,
  readDebianHost,
} from '../../harness/host/debian-mirror.ts';
import { IsolatedApt } from '../../harness/host/isolated-apt.ts';
import type { ProgramOptions, ProgramResult, runProgram } from '../../harness/process/program.ts';

const deb822 = `Types: deb
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main
`;

t.test('sources of apt are read in both formats', async t => {
  t.same(
    parseDeb822Sources(deb822).map(({ uri, suite }) => `${uri} ${suite}`),
    [
      'http://mirror.example/debian bookworm',
      'http://mirror.example/debian bookworm-updates',
      'http://mirror.example/debian-security bookworm-security',
    ],
  );
  const list =
    'deb [arch=amd64 signed-by=/k.gpg] https://a/debian/ trixie main contrib # mine\ndeb-src https://a/debian trixie main\n# deb x y z\n';
  t.same(parseSourcesList(list), [
    { uri: 'https://a/debian', suite: 'trixie', components: ['main', 'contrib'] },
  ]);
});

t.test('the mirror of the host is taken only where it mirrors Debian', async t => {
  const sources = parseDeb822Sources(deb822);
  t.equal(chooseMirror('debian', 'bookworm', sources), 'http://mirror.example/debian');
  t.equal(chooseMirror('debian', 'trixie', sources), 'http://deb.debian.org/debian');
  t.equal(chooseMirror('ubuntu', 'noble', sources), 'http://deb.debian.org/debian');
  const medium = [{ uri: 'cdrom:[Debian 12]', suite: 'bookworm', components: ['main'] }];
  t.equal(chooseMirror('debian', 'bookworm', medium), 'http://deb.debian.org/debian');
});

t.test('suites go from the own release to newer ones', async t => {
  t.same(preferredSuites({ distribution: 'debian', codename: 'bookworm' }), [
    'bookworm',
    'bookworm-backports',
    'trixie',
    'trixie-backports',
    'sid',
    'bookworm-security',
    'trixie-security',
  ]);
  t.equal(archiveOf('http://deb.debian.org/debian', 'sid'), 'http://deb.debian.org/debian');
  t.equal(
    archiveOf('http://deb.debian.org/debian', 'trixie-security'),
    'http://deb.debian.org/debian-security',
  );
  t.equal(preferredSuites({ distribution: 'debian', codename: 'trixie' })[0], 'trixie');
  t.notOk(preferredSuites({ distribution: 'ubuntu', codename: 'noble' }).includes('noble'));
});

t.test('a host is read from its files', async t => {
  const root = t.testdir({
    etc: {
      'os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
      apt: {
        'sources.list.d': { 'debian.sources': deb822, 'off.list.disabled': 'deb http://x/debian y main' },
      },
    },
  });
  t.same(await readDebianHost(root), {
    distribution: 'debian',
    codename: 'bookworm',
    mirror: 'http://mirror.example/debian',
  });
  t.equal((await readDebianHost(join(root, 'none'))).mirror, 'http://deb.debian.org/debian');
  t.equal(parseOsRelease("NAME='a b'\n#X=1\nID=z")['NAME'], 'a b');
});

const madison = `linux-source-6.12 | 6.12.107-1 | http://deb.debian.org/debian trixie/main amd64 Packages
linux-source-6.12 | 6.12.95-1~bpo12+1 | http://deb.debian.org/debian bookworm-backports/main amd64 Packages
linux-source-6.12 |  6.12.94-1 | http://deb.debian.org/debian trixie/main amd64 Packages
`;
const uris = `'http://deb.debian.org/debian/pool/main/libx/libxcrypt/libcrypt1_4.5.2%2b20251210-1_amd64.deb' libcrypt1_1%3a4.5.2+20251210-1_amd64.deb 5 SHA256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
Reading package lists...
`;

t.test('what apt prints is understood', async t => {
  t.same(parseMadison(madison, 'linux-source-6.12')[1], {
    version: '6.12.95-1~bpo12+1',
    suite: 'bookworm-backports',
  });
  t.same(parseMadison(madison, 'linux-source'), []);
  t.match(parsePrintUris(uris), [{ name: 'libcrypt1', version: '1:4.5.2+20251210-1', bytes: 5 }]);
});

/** An apt that answers from texts; downloads write `content`. */
function fakeApt(content: string, calls: string[], failing: string[] = []): typeof runProgram {
  return async (
    _file: string,
    args: readonly string[],
    options: ProgramOptions = {},
  ): Promise<ProgramResult> => {
    const words = args.filter((word, index) => word !== '-o' && args[index - 1] !== '-o');
    calls.push(words.join(' '));
    const result = { code: 0, stdout: '', stderr: '', durationNs: 1 };
    if (failing.includes(words[0] ?? '')) return { ...result, code: 100, stderr: 'E: no network' };
    if (words[0] === 'madison') return { ...result, stdout: madison };
    if (words.includes('--print-uris')) return { ...result, stdout: uris };
    if (words[0] === 'download') {
      await writeFile(join(options.folder!, 'libcrypt1_1%3a4.5.2+20251210-1_amd64.deb'), content);
    }
    return result;
  };
}

const host = { distribution: 'debian', codename: 'bookworm', mirror: 'http://m/debian' };
const libcrypt = { name: 'libcrypt1', version: '1:4.5.2+20251210-1' };

t.test('packages are fetched once, lists once a day, and /etc/apt is never read', async t => {
  const folder = t.testdir();
  const calls: string[] = [];
  const apt = new IsolatedApt({ folder, host, run: fakeApt('hello', calls) });
  const path = await apt.download(libcrypt.name, libcrypt);
  t.equal(await readFile(path, 'utf8'), 'hello');
  t.match(await readFile(join(folder, 'sources.list'), 'utf8'), /http:\/\/m\/debian bookworm-backports main/);
  calls.length = 0;
  const again = new IsolatedApt({ folder, host, run: fakeApt('hello', calls) });
  t.equal(await again.download(libcrypt.name, libcrypt), path);
  t.same(
    calls.filter(call => !call.includes('--print-uris')),
    [],
  );
  t.same(
    (await again.candidates('linux-source-6.12')).map(candidate => candidate.suite),
    ['bookworm-backports', 'trixie', 'trixie'],
  );
  await writeFile(path, 'HELLO');
  await again.downloadAll([libcrypt]);
  t.equal(await readFile(path, 'utf8'), 'hello', 'a damaged archive is fetched anew');
  t.same(
    (await readdir(join(folder, 'archives'))).filter(name => name.includes('.draft-')),
    [],
    'no drafts stay',
  );
});

t.test('without network', async t => {
  const folder = t.testdir();
  const offline = () => new IsolatedApt({ folder, host, run: fakeApt('', [], ['update', 'download']) });
  await t.rejects(offline().candidates('linux-source-6.12'), {
    code: 'APT_UPDATE_FAILED',
    evidence: 'E: no network',
  });
  await new IsolatedApt({ folder, host, run: fakeApt('', []) }).candidates('linux-source-6.12');
  await utimes(join(folder, 'updated'), new Date(0), new Date(0));
  const told: string[] = [];
  const stale = new IsolatedApt({
    folder,
    host,
    run: fakeApt('', [], ['update', 'download', 'install']),
    sink: progress => void told.push(progress.detail ?? ''),
  });
  await stale.candidates('linux-source-6.12');
  t.match(told.at(-1), /using those of 1970-/);
  await t.rejects(stale.downloadAll([{ name: 'none', version: '1' }]), { code: 'APT_NO_CANDIDATE' });
  await t.rejects(stale.download('linux-source-6.12', { suite: 'sid' }), {
    code: 'APT_NO_CANDIDATE',
    hint: /bookworm-backports/,
  });
  await t.rejects(stale.closure(['x'], 'sid'), { code: 'APT_CLOSURE_FAILED' });
});

for (const expiry of [true, false]) {
  t.test(
    `a suite that ${expiry ? 'has expired' : 'cannot be read'} does not take the others with it`,
    async t => {
      const folder = t.testdir();
      const told: string[] = [];
      const calls: string[][] = [];
      const apt = new IsolatedApt({
        folder,
        host,
        sink: progress => void told.push(progress.detail ?? ''),
        run: async (program, args) => {
          calls.push([program, ...args]);
          const sources = await readFile(join(folder, 'sources.list'), 'utf8');
          const lenient = expiry && args.includes('Acquire::Check-Valid-Until=false');
          const refused = sources.includes(' sid ') && !lenient;
          const stderr = 'E: Release file for http://mirror/dists/sid/InRelease is expired';
          return { code: refused ? 100 : 0, stdout: '', stderr: refused ? stderr : '', durationNs: 1 };
        },
      });
      await apt.candidates('kmod');
      const kept = await readFile(join(folder, 'sources.list'), 'utf8');
      t.equal(/ sid /.test(kept), expiry);
      t.match(kept, / trixie /);
      t.match(
        told.at(-1),
        expiry ? /^sid: using old lists, E: .* is expired$/ : /^skipped sid, E: .* is expired$/,
      );
      t.ok(
        calls
          .filter(words => words.includes('update'))
          .slice(1)
          .every(words => words.includes('APT::Get::List-Cleanup=0')),
        'reading one suite keeps the lists of the others',
      );
      t.notOk(
        calls.some(words => words.includes('Acquire::Check-Valid-Until=false') && !words.includes('update')),
        'nothing else is taken leniently',
      );
    },
  );
}
