import type { Finding } from '../finding.ts';
import type { LogLine } from './log-line.ts';

/** Findings of one kind are folded: the first line, and how often it came. */
interface Fold {
  finding: Finding;
  count: number;
}

/** A line of the kernel that a reader of numbers must know. */
interface LogRule {
  code: string;
  severity: Finding['severity'];
  /** A word that must be in the line; cheap to look for. */
  needle: string;
  pattern: RegExp;
  /** The sentence, from the groups of the pattern. */
  message(groups: string[]): string;
}

const rules: readonly LogRule[] = [
  {
    code: 'UNKNOWN_SYMBOL',
    severity: 'invalid',
    needle: 'Unknown symbol',
    pattern: /(?:^|: )([\w-]{1,63}): Unknown symbol (\S{1,200}) \(err (-?\d{1,6})\)/,
    message: ([module, symbol]) =>
      `${module} could not be linked: unknown symbol ${symbol}; its dependencies were not loaded, so the failures are not duplicates`,
  },
  {
    code: 'UNKNOWN_SYMBOL',
    severity: 'invalid',
    needle: 'Unknown symbol',
    pattern: /Unknown symbol/,
    message: () => 'a module could not be linked (Unknown symbol); its failures are not duplicates',
  },
  {
    code: 'VMALLOC_FAILURE',
    severity: 'warning',
    needle: 'vmalloc: allocation failure',
    pattern: /vmalloc: allocation failure(?:, allocated \d{1,20} of|:) (\d{1,20}) bytes/,
    message: ([size]) => `vmalloc failed for ${size} bytes: the storm exhausted virtual memory`,
  },
  {
    code: 'VMALLOC_FAILURE',
    severity: 'warning',
    needle: 'vmalloc error:',
    pattern: /vmalloc error: size (\d{1,20})/,
    message: ([size]) => `vmalloc failed for ${size} bytes: the storm exhausted virtual memory`,
  },
  {
    code: 'VMAP_EXHAUSTED',
    severity: 'warning',
    needle: 'vmap allocation for size',
    pattern: /vmap allocation for size (\d{1,20}) failed/,
    message: ([size]) => `no room for ${size} bytes in the vmap area`,
  },
  {
    code: 'KMOD_BUSY',
    severity: 'warning',
    needle: 'cannot be processed, kmod busy',
    pattern: /request_module: modprobe (\S{1,255}) cannot be processed, kmod busy with (\d{1,9}) threads/,
    message: ([name, threads]) =>
      `the request for ${name} was refused: ${threads} modprobes were running for more than 5 seconds`,
  },
  {
    code: 'MODULE_SLOW',
    severity: 'warning',
    needle: 'taking a long time to load',
    pattern: /module '([^']{1,255})' taking a long time to load/,
    message: ([name]) => `waiting for ${name} took more than 10 seconds`,
  },
  {
    code: 'OOM_KILL',
    severity: 'warning',
    needle: 'Out of memory',
    pattern: /Out of memory(?: \([^)]{1,64}\))?: Kill(?:ed)? process \d{1,10} \(([^)]{1,64})\)/,
    message: ([name]) => `the kernel ran out of memory and killed ${name}`,
  },
  {
    code: 'OOM_KILL',
    severity: 'warning',
    needle: 'emory cgroup out of memory',
    pattern: /Memory cgroup out of memory: Killed process \d{1,10} \(([^)]{1,64})\)/,
    message: ([name]) => `a memory cgroup ran out of memory and ${name} was killed`,
  },
  {
    code: 'MESSAGES_DROPPED',
    severity: 'warning',
    needle: 'callbacks suppressed',
    pattern: /^(\w{1,64}): (\d{1,20}) callbacks suppressed/,
    message: ([name, count]) => `${count} messages of ${name} were suppressed by the kernel's rate limit`,
  },
  {
    code: 'DECOMPRESS_FAILED',
    severity: 'warning',
    needle: 'decompression failed',
    pattern: /decompression failed with status (-?\d{1,6})/,
    message: ([status]) => `the kernel could not decompress a module (status ${status})`,
  },
  {
    code: 'MODULE_REFUSED',
    severity: 'warning',
    needle: 'version magic',
    pattern: /(?:^|: )([\w-]{1,63}): version magic '/,
    message: ([name]) => `${name} was built for another kernel (version magic)`,
  },
];

/** Takes the lines of one log in order. */
export interface KernelLogCollector {
  add(line: LogLine): void;
  result(): Finding[];
}

/** Collects what a kernel log says about the loader's health, folding equal messages. */
export function kernelLogCollector(): KernelLogCollector {
  const folds = new Map<string, Fold>();
  let dropped = 0;
  return {
    add(line) {
      dropped += line.dropped ?? 0;
      for (const rule of rules) {
        if (!line.text.includes(rule.needle)) continue;
        const match = rule.pattern.exec(line.text);
        if (!match) continue;
        const message = rule.message(match.slice(1));
        const known = folds.get(message);
        if (known) known.count++;
        else if (folds.size < 200) {
          const { code, severity } = rule;
          folds.set(message, { finding: { code, severity, message, line: line.line }, count: 1 });
        }
        return;
      }
    },
    result() {
      const findings = [...folds.values()].map(({ finding, count }) =>
        count === 1 ? finding : { ...finding, message: `${finding.message} (${count} times)` },
      );
      if (dropped === 0) return findings;
      const message = `the console lost ${dropped} messages: counts from this log are a lower bound`;
      return [...findings, { code: 'MESSAGES_DROPPED', severity: 'warning', message }];
    },
  };
}
