/** A CPU to try under KVM. */
export interface KvmRung {
  /** The value of QEMU's `-cpu`. */
  cpu: string;
  /** Features of the host's CPU that it leaves out; empty for a named model, which leaves out everything newer. */
  omitted: readonly string[];
}

/** A rung that did not hold. */
export interface FailedRung {
  rung: KvmRung;
  reason: string;
  /** What QEMU printed. */
  evidence?: string | undefined;
}

/**
 * Features that nested hosts refuse most often although they offer them, and that no workload needs: what the CPU is vulnerable
 * to, and the performance counters.
 */
const oftenRefused: readonly string[] = ['arch-capabilities', 'pmu'];

/** The named model to try if no form of the host's CPU works: QEMU's oldest recommended one with SSE4.2, by vendor. */
const namedModels: Readonly<Record<string, string>> = {
  GenuineIntel: 'Nehalem',
  AuthenticAMD: 'EPYC',
  HygonGenuine: 'EPYC',
};

/** The model that needs least; the last one to try. */
const leastModel = 'kvm64';

/**
 * The feature of `-cpu` behind a model-specific register, first and last number, as in QEMU's target/i386/cpu.h. QEMU dies
 * with `failed to set MSR 0x10a` if it offered the feature to a guest and KVM refuses its register.
 */
const registers: readonly (readonly [first: number, last: number, feature: string])[] = [
  [0x3b, 0x3b, 'tsc-adjust'],
  [0x48, 0x49, 'spec-ctrl'],
  [0xc1, 0xc8, 'pmu'],
  [0xcf, 0xcf, 'core-capability'],
  [0xe1, 0xe1, 'waitpkg'],
  [0x10a, 0x10a, 'arch-capabilities'],
  [0x122, 0x122, 'tsx-ctrl'],
  [0x186, 0x18d, 'pmu'],
  [0x309, 0x30c, 'pmu'],
  [0x345, 0x345, 'pmu'],
  [0x38d, 0x390, 'pmu'],
  [0x480, 0x491, 'vmx'],
  [0x560, 0x5a0, 'intel-pt'],
  [0x6e0, 0x6e0, 'tsc-deadline'],
  [0xda0, 0xda0, 'xsaves'],
  [0xc0000104, 0xc0000104, 'tsc-scale'],
  [0xc0010114, 0xc0010117, 'svm'],
];

/** How often features that QEMU names are left out one after the other. */
const mostRefusals = 4;

/** The host's CPU without some of its features. */
function hostWithout(omitted: readonly string[]): KvmRung {
  return { cpu: ['host', ...omitted.map(feature => `${feature}=off`)].join(','), omitted };
}

/** The first rung: the host's CPU as it is. */
export const firstRung: KvmRung = hostWithout([]);

/**
 * The next CPU to try: the host's; without what is often refused and what QEMU names in its error; a named model; the model that
 * needs least. Pure.
 * @param failed the rungs so far, in order
 * @param vendor `GenuineIntel`, as in /proc/cpuinfo
 * @returns undefined if nothing is left to try
 */
export function nextRung(failed: readonly FailedRung[], vendor: string | undefined): KvmRung | undefined {
  const last = failed.at(-1);
  if (last === undefined) return firstRung;
  const tried = new Set(failed.map(({ rung }) => rung.cpu));
  const untried = (rung: KvmRung) => !tried.has(rung.cpu);
  const fromHost = failed.filter(({ rung }) => rung.cpu.startsWith('host'));
  const candidates = fromHost.length <= mostRefusals ? [withoutRefused(fromHost)] : [];
  const named = namedModels[vendor ?? ''];
  for (const cpu of [named, leastModel]) if (cpu !== undefined) candidates.push({ cpu, omitted: [] });
  return candidates.find(untried);
}

/** The host's CPU without what was refused so far; a feature that this QEMU does not know is not mentioned. */
function withoutRefused(failed: readonly FailedRung[]): KvmRung {
  const texts = failed.map(({ evidence }) => evidence ?? '');
  const unknown = new Set(texts.flatMap(unknownFeatures));
  const refused = new Set([...oftenRefused, ...texts.flatMap(refusedFeatures)]);
  return hostWithout([...refused].filter(feature => !unknown.has(feature)));
}

/** The features that QEMU names: by the register that KVM refused, or by their own name. */
export function refusedFeatures(text: string): string[] {
  const byRegister = [...text.matchAll(/failed to [sg]et MSR 0x([0-9a-f]{1,8})\b/g)].flatMap(([, digits]) => {
    const register = Number.parseInt(digits ?? '', 16);
    return registers.find(([first, last]) => first <= register && register <= last)?.[2] ?? [];
  });
  const byName = [
    ...text.matchAll(/host doesn't support requested feature: \S+?\.([a-z][a-z0-9_.-]{0,40}) \[bit \d+\]/g),
  ].map(([, name]) => name ?? '');
  return [...new Set([...byRegister, ...byName])];
}

/** The features that this QEMU does not know: `Property 'host-x86_64-cpu.pmu' not found`. */
function unknownFeatures(text: string): string[] {
  return [...text.matchAll(/[Pp]roperty '[A-Za-z0-9_-]+-cpu\.([a-z0-9-]{1,40})' not found/g)].map(
    ([, name]) => name ?? '',
  );
}

/** What the ladder found, in one phrase: `-cpu host: QEMU died (…); -cpu Nehalem: …`. */
export function describeFailures(failed: readonly FailedRung[]): string {
  return failed.map(({ rung, reason }) => `-cpu ${rung.cpu}: ${reason}`).join('; ');
}
