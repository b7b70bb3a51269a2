/** Package managers that have a column in the table of needs. */
export type PackageManager = 'apt' | 'dnf' | 'pacman';

/** Something that the host must have. Any one of the programs or files is enough. */
export interface HostNeed {
  /** Stable name, as in the table of `doctor`. */
  name: string;
  /** What modstorm does with it. */
  purpose: string;
  /** Programs looked for on PATH and in the administrator's folders; any of them will do. */
  programs?: readonly string[] | undefined;
  /** Absolute paths; `*` stands for one folder. Any of them will do. */
  files?: readonly string[] | undefined;
  /** Packages that provide it. */
  packages: Record<PackageManager, readonly string[]>;
  /** Only needed by modstorm's own tests. */
  testsOnly?: true;
}

const same = (...names: string[]): HostNeed['packages'] => ({ apt: names, dnf: names, pacman: names });

const qemuFirmware: HostNeed['packages'] = {
  apt: ['qemu-system-data'],
  dnf: ['qemu-system-x86-core'],
  pacman: ['qemu-system-x86-firmware'],
};

/**
 * Everything that modstorm needs on a host besides Node, in the order of the table. Debian packages are installed without
 * recommendations, so recommended packages (such as gcc's libc6-dev) are listed explicitly. Checked on an empty Debian
 * 12 (debootstrap --variant=minbase), where perl-base brings perl. lz4 and the headers of openssl, which other kernel
 * builds need, are not in it: nothing that the fragments of guests/kernel/ build starts or includes them (2483 commands
 * of 6.12, 2385 of 7.2).
 */
export const hostNeeds: readonly HostNeed[] = [
  {
    name: 'qemu',
    purpose: 'runs the guests',
    programs: ['qemu-system-x86_64'],
    packages: { apt: ['qemu-system-x86'], dnf: ['qemu-system-x86-core'], pacman: ['qemu-system-x86'] },
  },
  {
    name: 'seabios',
    purpose: 'firmware of the guests',
    files: [
      '/usr/share/seabios/bios-256k.bin',
      '/usr/share/qemu/bios-256k.bin',
      '/usr/local/share/qemu/bios-256k.bin',
    ],
    packages: {
      apt: ['seabios', 'qemu-system-data'],
      dnf: ['seabios-bin'],
      pacman: ['qemu-system-x86-firmware'],
    },
  },
  {
    name: 'pvh.bin',
    purpose: 'loads a vmlinux into a guest',
    files: ['/usr/share/qemu/pvh.bin', '/usr/local/share/qemu/pvh.bin'],
    packages: qemuFirmware,
  },
  {
    name: 'qboot',
    purpose: 'firmware of guests with many vCPUs',
    files: ['/usr/share/qemu/qboot.rom', '/usr/local/share/qemu/qboot.rom'],
    packages: qemuFirmware,
  },
  { name: 'gcc', purpose: 'builds kernels and the agent', programs: ['gcc'], packages: same('gcc') },
  { name: 'ld', purpose: 'links kernels', programs: ['ld'], packages: same('binutils') },
  { name: 'strip', purpose: 'makes kernels small', programs: ['strip'], packages: same('binutils') },
  {
    name: 'libc (static)',
    purpose: 'the agent links statically',
    files: ['/usr/lib/*/libc.a', '/usr/lib64/libc.a', '/usr/lib/libc.a'],
    packages: { apt: ['libc6-dev'], dnf: ['glibc-static'], pacman: ['glibc'] },
  },
  { name: 'make', purpose: 'builds kernels and the agent', programs: ['make'], packages: same('make') },
  { name: 'flex', purpose: "the kernel's kconfig", programs: ['flex'], packages: same('flex') },
  { name: 'bison', purpose: "the kernel's kconfig", programs: ['bison'], packages: same('bison') },
  { name: 'bc', purpose: "the kernel's timeconst.h", programs: ['bc'], packages: same('bc') },
  {
    name: 'libelf headers',
    purpose: "the kernel's objtool",
    files: ['/usr/include/libelf.h', '/usr/include/*/libelf.h'],
    packages: { apt: ['libelf-dev'], dnf: ['elfutils-libelf-devel'], pacman: ['libelf'] },
  },
  { name: 'gzip', purpose: 'compresses modules', programs: ['gzip'], packages: same('gzip') },
  {
    name: 'xz',
    purpose: 'unpacks kernel sources, compresses modules',
    programs: ['xz'],
    packages: { apt: ['xz-utils'], dnf: ['xz'], pacman: ['xz'] },
  },
  { name: 'zstd', purpose: 'compresses modules', programs: ['zstd'], packages: same('zstd') },
  { name: 'tar', purpose: 'unpacks kernel sources', programs: ['tar'], packages: same('tar') },
  {
    name: 'sync',
    purpose: 'syncs kernel sources to disk',
    programs: ['sync'],
    packages: same('coreutils'),
  },
  {
    name: 'find',
    purpose: 'repairs kernel builds that were killed',
    programs: ['find'],
    packages: same('findutils'),
  },
  { name: 'grep', purpose: 'explains Kconfig symbols', programs: ['grep'], packages: same('grep') },
  { name: 'patch', purpose: 'applies patches to kernels', programs: ['patch'], packages: same('patch') },
  { name: 'depmod', purpose: 'installs modules', programs: ['depmod'], packages: same('kmod') },
  { name: 'git', purpose: 'reads kernel trees', programs: ['git'], packages: same('git') },
  {
    name: 'perl',
    purpose: "runs a kernel tree's get_maintainer.pl to address a report",
    programs: ['perl'],
    packages: same('perl'),
  },
  {
    name: 'setpriv',
    purpose: 'ends guests when modstorm dies',
    programs: ['setpriv'],
    packages: same('util-linux'),
  },
  {
    name: 'flock',
    purpose: 'allows only one set-up at a time',
    programs: ['flock'],
    packages: same('util-linux'),
  },
  {
    name: 'apt',
    purpose: "fetches Debian's packages for the guests",
    programs: ['apt-get'],
    packages: same('apt'),
  },
  {
    name: 'apt-cache',
    purpose: "finds Debian's packages for the guests",
    programs: ['apt-cache'],
    packages: same('apt'),
  },
  {
    name: 'dpkg-deb',
    purpose: "unpacks Debian's packages",
    programs: ['dpkg-deb'],
    packages: { apt: ['dpkg'], dnf: ['dpkg'], pacman: ['dpkg'] },
  },
  {
    name: 'debian keys',
    purpose: "verifies Debian's packages",
    files: [
      '/usr/share/keyrings/debian-archive-keyring.gpg',
      '/usr/share/keyrings/debian-archive-keyring.pgp',
    ],
    packages: {
      apt: ['debian-archive-keyring'],
      dnf: ['debian-keyring'],
      pacman: ['debian-archive-keyring'],
    },
  },
  {
    name: 'xmllint',
    purpose: 'checks JUnit files in the tests',
    programs: ['xmllint'],
    packages: { apt: ['libxml2-utils'], dnf: ['libxml2'], pacman: ['libxml2'] },
    testsOnly: true,
  },
  {
    name: 'chromium',
    purpose: 'shows HTML reports in the tests',
    programs: ['chromium', 'chromium-browser'],
    packages: same('chromium'),
    testsOnly: true,
  },
  {
    name: 'cpio',
    purpose: 'checks images in the tests',
    programs: ['cpio'],
    packages: same('cpio'),
    testsOnly: true,
  },
  {
    name: 'clang-format',
    purpose: 'checks the format of the C sources',
    programs: ['clang-format'],
    packages: { apt: ['clang-format'], dnf: ['clang-tools-extra'], pacman: ['clang'] },
    testsOnly: true,
  },
  {
    name: 'clang-tidy',
    purpose: 'checks the C sources',
    programs: ['clang-tidy'],
    packages: { apt: ['clang-tidy'], dnf: ['clang-tools-extra'], pacman: ['clang'] },
    testsOnly: true,
  },
];

const managerOfDistribution: Record<string, PackageManager> = {
  debian: 'apt',
  ubuntu: 'apt',
  fedora: 'dnf',
  rhel: 'dnf',
  centos: 'dnf',
  arch: 'pacman',
};

/** The package manager of a distribution, by ID and then ID_LIKE of /etc/os-release. */
export function packageManagerOf(osRelease: Readonly<Record<string, string>>): PackageManager | undefined {
  const names = [osRelease['ID'] ?? '', ...(osRelease['ID_LIKE'] ?? '').split(' ')];
  return names.map(name => managerOfDistribution[name]).find(manager => manager !== undefined);
}

/** Packages that provide the needs, sorted and unique. */
export function packagesFor(needs: readonly HostNeed[], manager: PackageManager): string[] {
  return [...new Set(needs.flatMap(need => need.packages[manager]))].sort();
}

/** The command line that installs packages, to paste into a shell. */
export function installCommand(
  manager: PackageManager,
  packages: readonly string[],
  isRoot: boolean,
): string {
  const programs: Record<PackageManager, string> = {
    apt: 'apt-get install -y --no-install-recommends',
    dnf: 'dnf install -y',
    pacman: 'pacman -S --needed --noconfirm',
  };
  return `${isRoot ? '' : 'sudo '}${programs[manager]} ${packages.join(' ')}`;
}
