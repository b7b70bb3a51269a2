import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readableText } from '../files/existing.ts';

/** The source of Debian packages on a host: its release and its own mirror. */
export interface DebianHost {
  /** `debian`, `ubuntu`, …: ID of os-release. */
  distribution: string;
  /** `bookworm`: VERSION_CODENAME of os-release; undefined on testing, sid and other systems. */
  codename: string | undefined;
  /** `http://deb.debian.org/debian`, without a slash at the end. */
  mirror: string;
}

/** A source of apt: one URI with one suite. */
export interface AptSource {
  uri: string;
  suite: string;
  components: string[];
}

const defaultMirror = 'http://deb.debian.org/debian';

/** Values of an os-release file (os-release(5): shell-like assignments, optionally quoted). */
export function parseOsRelease(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals <= 0 || line.startsWith('#')) continue;
    const value = line.slice(equals + 1).trim();
    const quoted = /^(["']).*\1$/.test(value);
    values[line.slice(0, equals)] = quoted ? value.slice(1, -1) : value;
  }
  return values;
}

/** Binary sources of a one-line list (`deb [options] URI suite component …`), see sources.list(5). */
export function parseSourcesList(text: string): AptSource[] {
  return text.split('\n').flatMap(line => {
    const words = line
      .replace(/#.*/, '')
      .replace(/\[.*?\]/, ' ')
      .trim()
      .split(/\s+/);
    const [type, uri, suite, ...components] = words;
    return type === 'deb' && uri && suite ? [{ uri: withoutSlash(uri), suite, components }] : [];
  });
}

/** Binary sources of a deb822 file (`Types:`, `URIs:`, `Suites:`, `Components:`, `Enabled:`), see sources.list(5). */
export function parseDeb822Sources(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap(paragraph => {
    const fields = parseDeb822Paragraph(paragraph);
    const words = (name: string) => fields[name]?.split(/\s+/).filter(Boolean) ?? [];
    if (!words('types').includes('deb') || fields['enabled']?.trim().toLowerCase() === 'no') return [];
    return words('uris').flatMap(uri =>
      words('suites').map(suite => ({ uri: withoutSlash(uri), suite, components: words('components') })),
    );
  });
}

/** Fields of one deb822 paragraph, names in lower case; continuation lines are joined by a newline. */
export function parseDeb822Paragraph(paragraph: string): Record<string, string> {
  const fields: Record<string, string> = {};
  let name = '';
  for (const line of paragraph.split('\n')) {
    if (line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    if (/^\s/.test(line)) {
      if (name) fields[name] += `\n${line.trim()}`;
    } else if (colon > 0) {
      name = line.slice(0, colon).toLowerCase();
      fields[name] = line.slice(colon + 1).trim();
    }
  }
  return fields;
}

/**
 * The mirror to use for any Debian suite: the one that a Debian host uses itself, so that a company's mirror is honoured;
 * else deb.debian.org. Media (`cdrom:`) and mirror lists are skipped.
 */
export function chooseMirror(
  distribution: string,
  codename: string | undefined,
  sources: AptSource[],
): string {
  if (distribution !== 'debian') return defaultMirror;
  const own = sources.find(
    source =>
      source.components.includes('main') &&
      (codename === undefined || source.suite === codename || source.suite === 'stable') &&
      /^(https?|file|copy):/.test(source.uri) &&
      !source.uri.endsWith('-security'),
  );
  return own?.uri ?? defaultMirror;
}

/**
 * Suites to look for a package, in order of preference: the host's own, its backports, then the ones known to carry
 * newer kernels and tools.
 */
export function preferredSuites(host: Pick<DebianHost, 'distribution' | 'codename'>): string[] {
  const own =
    host.distribution === 'debian' && knownReleases.includes(host.codename ?? '') ? host.codename : undefined;
  const ordered = [
    ...(own ? [own, `${own}-backports`] : []),
    'bookworm-backports',
    'trixie',
    'trixie-backports',
    'sid',
    // Last, for kernels whose matrix names them: they keep earlier point releases of a kernel beside the newest.
    'bookworm-security',
    'trixie-security',
  ];
  return [...new Set(ordered)];
}

/** The archive of a suite on a mirror: security updates are in an archive of their own, beside the main one. */
export function archiveOf(mirror: string, suite: string): string {
  return suite.endsWith('-security') ? `${mirror.replace(/\/debian$/, '')}/debian-security` : mirror;
}

const knownReleases = ['bookworm', 'trixie'];

function withoutSlash(uri: string): string {
  return uri.replace(/\/+$/, '');
}

/** Reads release and mirror of this host from /etc; a host without apt gets the defaults. */
export async function readDebianHost(root = '/'): Promise<DebianHost> {
  const release = parseOsRelease((await readableText(join(root, 'etc/os-release'))) ?? '');
  const sources: AptSource[] = parseSourcesList(
    (await readableText(join(root, 'etc/apt/sources.list'))) ?? '',
  );
  const parts = join(root, 'etc/apt/sources.list.d');
  for (const name of (await readdir(parts).catch(() => [])).sort()) {
    const text = (await readableText(join(parts, name))) ?? '';
    if (name.endsWith('.sources')) sources.push(...parseDeb822Sources(text));
    if (name.endsWith('.list')) sources.push(...parseSourcesList(text));
  }
  const distribution = release['ID'] ?? '';
  const codename = release['VERSION_CODENAME'] || undefined;
  return { distribution, codename, mirror: chooseMirror(distribution, codename, sources) };
}
