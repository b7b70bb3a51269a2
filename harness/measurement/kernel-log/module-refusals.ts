import type { LogRule } from './log-rule.ts';

/** `xfs`, or what the kernel prints if the name is missing. */
const name = '([\\w-]{1,63}|\\(missing [^)]{1,60}\\))';

function refusal(pattern: string, message: (groups: readonly (string | undefined)[]) => string): LogRule {
  const say: LogRule['message'] = groups => `${message(groups)}; its failed loads are not duplicates`;
  return { code: 'MODULE_REFUSED', severity: 'invalid', pattern: new RegExp(pattern), message: say };
}

/** A refusal whose line begins with the module. The reason is our own text or the kernel's. */
function named(
  pattern: string,
  reason: string | ((groups: readonly (string | undefined)[]) => string),
): LogRule {
  // `Booting kernel: ` is about the kernel command line.
  return refusal(`(?:^|[:\\s])(?<!Booting )${name}: ${pattern}`, ([module = '', ...groups]) => {
    const who = module.startsWith('(') ? 'a module' : module;
    return `${who} was refused: ${typeof reason === 'string' ? reason : reason(groups)}`;
  });
}

/** A refusal that does not name its module. */
function unnamed(pattern: string, reason: (groups: readonly (string | undefined)[]) => string): LogRule {
  return refusal(pattern, groups => `a module was refused: ${reason(groups)}`);
}

/**
 * Messages of kernels that refuse a module for other reasons than being a duplicate (kernel/module/main.c,
 * signing.c, version.c, strict_rwx.c, kernel/bpf/btf.c, kernel/params.c and the relocations of arch/, 6.4 to 7.2).
 */
export const moduleRefusals: readonly LogRule[] = [
  unnamed('Loading of (?:(unsigned module)|module with (.{1,60})) is rejected', ([unsigned, why]) =>
    unsigned ? 'it is not signed' : `its signature cannot be checked (${why})`,
  ),
  unnamed('Lockdown: .{1,64}: unsigned module loading is restricted', () => 'it is not signed (lockdown)'),
  unnamed(
    'LoadPin: kernel-module (?:pinning-)?denied obj=(\\S{1,200})',
    ([path]) => `LoadPin denied ${path}`,
  ),
  refusal(
    'failed to validate module \\[([\\w-]{1,63})\\] BTF: (-?\\d{1,6})',
    ([module, errno]) => `${module} was refused: its BTF does not match this kernel (error ${errno})`,
  ),
  unnamed(
    '((?:Invalid (?:ELF|architecture in ELF|module architecture in ELF) ?(?:header|section|sh_link)|ELF Spec violation: |Only one \\.modinfo section|empty (?:section name|symbol string) table|symbol string table |symbol name out of bounds in string table|extended version crc|more extended version crcs).{0,160})',
    ([what = '']) => `its file is not a valid module (${what.trim().replace(/\.$/, '')})`,
  ),
  refusal(
    `module ${name}: ((?:(?:Only|Exactly) one )?\\.gnu\\.linkonce\\.this_module .{1,120})`,
    ([module = '', what = '']) =>
      `${module.startsWith('(') ? 'a module' : module} was refused: its struct module does not match this kernel (${what.trim().replace(/\.$/, '')})`,
  ),
  named("version magic '", 'it was built for another kernel (version magic)'),
  named(
    'disagrees about version of symbol (\\S{1,200})',
    ([symbol]) => `version mismatch: it was built against another version of the symbol ${symbol}`,
  ),
  named(
    'exports duplicate symbol (\\S{1,200})(?: \\(owned by (\\S{1,64})\\))?',
    ([symbol, owner]) =>
      `it exports the symbol ${symbol}, which ${owner ?? 'another module'} already exports`,
  ),
  named(
    'module uses symbol \\(?(\\S{1,200}?)\\)? from namespace (\\S{1,200}?),',
    ([symbol, namespace]) => `it does not import the namespace ${namespace} of the symbol ${symbol}`,
  ),
  named(
    'module using GPL-only symbols uses symbols (\\S{1,200}) from proprietary module',
    ([symbol]) => `it uses ${symbol} from a proprietary module together with GPL-only symbols`,
  ),
  named('please compile with -fno-common', 'it has common symbols'),
  named(
    'Symbol (\\S{1,200}) has an invalid section index',
    ([symbol]) => `its symbol ${symbol} is in no section`,
  ),
  named('module is marked as livepatch module', 'it is a livepatch, which the kernel does not support'),
  named(
    'section (\\S{1,200}) \\(index \\d{1,6}\\) has invalid WRITE\\|EXEC',
    ([section]) => `its section ${section} is writable and executable`,
  ),
  named('module has no symbols \\(stripped\\?\\)', 'it has no symbols (stripped)'),
  named('No module found in object', 'its file is not a module'),
  named(
    "`(.{0,80})' (?:invalid|too large) for parameter `(.{1,80})'",
    ([value, parameter]) => `its parameter ${parameter} does not accept "${value}"`,
  ),
  refusal(
    'Module (?:hash )?([\\w -]{1,140}?) is blacklisted',
    ([module]) => `${module} was refused: it is blacklisted`,
  ),
  refusal(
    `module ${name}: (overflow in relocation type .{1,80}|unsupported RELA relocation: .{1,40}|unknown relocation: .{1,40}|.{0,40}relocation .{0,60}out of range.{0,60})`,
    ([module, what]) => `${module} was refused: it cannot be relocated (${what})`,
  ),
  named(
    "([Uu]nknown (?:rela )?relocation(?:: | type ).{1,40}|section \\d{1,6} reloc \\d{1,6} .{1,120}|target \\S{1,40} can not be addressed by .{1,80}|module PLT section.{1,20} missing|doesn't contain \\.toc or \\.stubs)",
    ([what]) => `it cannot be relocated (${what})`,
  ),
  unnamed(
    '(overflow in relocation type .{1,80}|Invalid relocation target, .{1,160}|Skipping invalid relocation target, .{1,160})',
    ([what]) => `it cannot be relocated (${what})`,
  ),
  refusal(
    "`([\\w-]{1,63})' likely not compiled with -mcmodel=kernel",
    ([module]) => `${module} was refused: it was likely not compiled with -mcmodel=kernel`,
  ),
];
