import { demangleRust } from './rust-symbol.ts';

/** A frame of a kernel stack trace. */
export interface StackFrame {
  /** Name without compiler suffixes (`.isra.0`, `.constprop.0`, `.cold`); the path of a Rust function. */
  function: string;
  /** Module that holds it, if not the kernel itself. */
  module?: string;
  /** Printed without `? `: the unwinder trusts it. */
  reliable: boolean;
}

/** KSYM_NAME_LEN is 512; the names of Rust need it. */
const name = '\\.?([A-Za-z_][\\w.$]{0,510})';
const address = '\\[<?[0-9a-f]{8,16}>?\\] {0,4}';
/** ` ? name+0x1/0x2 [module build-id] file.c:1`; PowerPC puts stack and address before it, and `(unreliable)` after it. */
const framePattern = new RegExp(
  `^ {0,8}(?:${address}){0,2}(\\? {0,2})?${name}\\+0x[0-9a-f]{1,16}\\/0x[0-9a-f]{1,16}(?: \\[([\\w-]{1,63})(?: [0-9a-f]{8,64})?\\])?( {1,2}(?:\\([A-Z]+\\)|\\(unreliable\\)|\\S{0,200}:\\d{1,7}))?\\s*$`,
);
const inlinePattern = new RegExp(`^ {0,8}${name} \\S{1,200}:\\d{1,7} \\[inline\\]\\s*$`);
/** A frame decoded by scripts/decode_stacktrace.sh: `name (file.c:1 header.h:2 (discriminator 3)) module`. */
const decodedPattern = new RegExp(
  `^ {0,8}(\\? {0,2})?${name} \\((?:[\\w./+-]{1,200}:\\d{1,7}|\\?\\?:)[^\\n]{0,400}\\)(?: \\[?([\\w-]{1,63})(?: [0-9a-f]{8,64})?\\]?)?\\s*$`,
);
/** 32-bit ARM: `[<address>] (name) from [<address>] (caller+0x1/0x2)`, and ` name from caller+0x1/0x2`. */
const armPattern = new RegExp(`^ {0,8}(?:${address}\\(${name}\\)|${name}) from (?:${address})?\\(?[A-Za-z_]`);
/** The program counter: `RIP`, `IP`, `NIP`, `pc :`, `PC is at`, `epc :`, `ERA:`; decoded or not. */
const pointerPattern = new RegExp(
  `(?:\\b[RE]?IP: {0,2}|^NIP:? {1,2}|^e?pc {0,3}: |^Krnl PSW : [0-9a-f]{16} |^PC is at |^ERA: )(?:[0-9a-f]{2,4}:)?(?:${address}|[0-9a-f]{8,16} ){0,2}\\(?${name}(?:\\+0x[0-9a-f]+| \\([\\w./+-]{1,200}:\\d)`,
);

/** Removes compiler suffixes: everything from the first dot. */
export function plainFunction(name: string): string {
  const path = demangleRust(name);
  if (path !== undefined) return path;
  const dot = name.indexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** A line below `Call Trace:`, with or without addresses, sources and build ids; undefined if it is not a frame. */
export function parseFrame(text: string): StackFrame | undefined {
  const match = framePattern.exec(text);
  if (match) return frameOf(match[2], match[1] === undefined && !match[4]?.includes('unreliable'), match[3]);
  const inline = inlinePattern.exec(text);
  if (inline) return frameOf(inline[1], true);
  const decoded = decodedPattern.exec(text);
  if (decoded) return frameOf(decoded[2], decoded[1] === undefined, decoded[3]);
  const arm = armPattern.exec(text);
  return arm ? frameOf(arm[1] ?? arm[2], true) : undefined;
}

function frameOf(name: string | undefined, reliable: boolean, module?: string): StackFrame {
  const frame: StackFrame = { function: plainFunction(name ?? ''), reliable };
  if (module !== undefined) frame.module = module;
  return frame;
}

/** The function of a line with the program counter, if it belongs to the kernel. */
export function parsePointer(text: string): string | undefined {
  const match = pointerPattern.exec(text.trimStart());
  return match?.[1] === undefined ? undefined : plainFunction(match[1]);
}

/** `run_request [test_kmod]`, or `do_init_module` for a function of the kernel itself. */
export function frameName(frame: StackFrame): string {
  return frame.module ? `${frame.function} [${frame.module}]` : frame.function;
}
