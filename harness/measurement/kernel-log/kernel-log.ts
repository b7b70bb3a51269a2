import type { Finding } from '../finding.ts';
import type { LogLine } from './log-line.ts';
import type { LogRule } from './log-rule.ts';
import { logRules } from './log-rules.ts';

/** Findings of the same kind, folded: the first line and the count. */
interface Fold {
  finding: Finding;
  count: number;
}

/** Maximum number of distinct findings. The rest of a flood adds nothing. */
const foldLimit = 200;
/** A word from every rule. Most lines contain none and can be skipped. */
const needles =
  /symbol|vmalloc|vmap|execmem|request_module: |long time to load|gave up|duplicate filename|fail-tracking|ut of memory|allocation failure|pagealloc|CSD lock|nobody cared|Initramfs|suppressed|compress|ZSTD|reject|restricted|LoadPin|BTF|ELF|modinfo|string table|section name|extended version|linkonce|version magic|fno-common|livepatch|section|percpu|No module found|already (?:loaded|present|registered)|parameter|blacklisted|reloc|can not be addressed|PLT section|\.toc or|mcmodel/;

/** Collects findings about the module loader from a kernel log, folding identical messages. */
export class KernelLogCollector {
  readonly #folds = new Map<string, Fold>();
  #dropped = 0;

  /** Adds the next line. Returns true if a rule matches it. */
  add(line: LogLine): boolean {
    this.#dropped += line.dropped ?? 0;
    if (!needles.test(line.text)) return false;
    const found = matchRule(line);
    if (!found) return false;
    const message = found.rule.message(found.groups);
    const known = this.#folds.get(message);
    if (known) known.count++;
    else if (this.#folds.size < foldLimit) {
      const { code, severity } = found.rule;
      this.#folds.set(message, { finding: { code, severity, message, line: line.line }, count: 1 });
    }
    return true;
  }

  /** The findings, in the order of their first appearance. */
  result(): Finding[] {
    const findings = [...this.#folds.values()].map(({ finding, count }) =>
      count === 1 ? finding : { ...finding, message: `${finding.message} (${count} times)` },
    );
    if (this.#dropped === 0) return findings;
    const message = `the console lost ${this.#dropped} messages: counts from this log are a lower bound`;
    return [...findings, { code: 'MESSAGES_DROPPED', severity: 'warning', message }];
  }
}

/** A line and the rule that matches it. */
interface RuleMatch {
  rule: LogRule;
  groups: string[];
}

/**
 * The rule for a line. A line that mail or a terminal broke in two is joined, unless its second half is a line of its own.
 */
function matchRule({ text, continuation }: LogLine): RuleMatch | undefined {
  const alone = tryRules(text);
  if (continuation === undefined || (alone && !alone.rule.isPartial) || tryRules(continuation)) return alone;
  return tryRules(`${text} ${continuation}`) ?? tryRules(text + continuation) ?? alone;
}

function tryRules(text: string): RuleMatch | undefined {
  for (const rule of logRules) {
    const match = rule.pattern.exec(text);
    if (match) return { rule, groups: match.slice(1) };
  }
  return undefined;
}
