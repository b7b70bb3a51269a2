/** A version of a package that some suite offers. */
export interface AptCandidate {
  version: string;
  suite: string;
}

/** A package file that apt would fetch. */
export interface AptFile {
  name: string;
  version: string;
  /** Name of the .deb. */
  file: string;
  uri: string;
  bytes: number;
  /** `SHA256:…`, `MD5Sum:…`, as apt prints it. */
  hash: string;
}

/** Lines of `apt-cache madison`: `name | version | http://mirror suite/component arch Packages`. */
export function parseMadison(text: string, name: string): AptCandidate[] {
  return text.split('\n').flatMap(line => {
    const [found, version, source] = line.split('|').map(field => field.trim());
    const suite = source?.split(' ')[1]?.split('/')[0];
    return found === name && version && suite && source?.endsWith('Packages') ? [{ version, suite }] : [];
  });
}

/** Lines of `--print-uris`: `'URI' file bytes hash`; the file's name is `name_version_arch.deb` with `%3a` for `:`. */
export function parsePrintUris(text: string): AptFile[] {
  return text.split('\n').flatMap(line => {
    const match = /^'([^']+)' (\S+\.deb) (\d+) (\S*)$/.exec(line);
    if (!match) return [];
    const [, uri = '', file = '', bytes, hash = ''] = match;
    const [name = '', version = ''] = file.split('_');
    return [{ name, version: decodeURIComponent(version), file, uri, bytes: Number(bytes), hash }];
  });
}
