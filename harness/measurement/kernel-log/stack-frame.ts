/** A frame of a kernel stack trace. */
export interface StackFrame {
  /** Name without compiler suffixes (`.isra.0`, `.constprop.0`, `.cold`). */
  function: string;
  /** Module that holds it, if not the kernel itself. */
  module?: string;
  /** Printed without `? `: the unwinder stands by it. */
  reliable: boolean;
}

const framePattern =
  /^ {0,8}(?:\[<[0-9a-f]{8,16}>\] {0,4}){0,2}(\? {0,2})?\.?([A-Za-z_][\w.$]{0,255})\+0x[0-9a-f]{1,16}\/0x[0-9a-f]{1,16}(?: \[([\w-]{1,63})(?: [0-9a-f]{8,64})?\])?(?: {1,2}(?:\([A-Z]+\)|\S{0,200}:\d{1,7}))?\s*$/;
const inlinePattern = /^ {0,8}([A-Za-z_][\w.$]{0,255}) \S{1,200}:\d{1,7} \[inline\]\s*$/;
const pointerPattern =
  /\b[RE]?IP: (?:[0-9a-f]{2,4}:)?(?:\[<[0-9a-f]{8,16}>\] {0,4}){0,2}\.?([A-Za-z_][\w.$]{0,255})\+0x[0-9a-f]+\/0x/;
const armPointerPattern = /^pc : \.?([A-Za-z_][\w.$]{0,255})\+0x/;

/** Takes compiler suffixes off: everything from the first dot. */
function plainFunction(name: string): string {
  const dot = name.indexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** A line below `Call Trace:`, with or without addresses, sources and build ids; undefined if it is no frame. */
export function parseFrame(text: string): StackFrame | undefined {
  const match = framePattern.exec(text);
  if (match) {
    const frame: StackFrame = { function: plainFunction(match[2]!), reliable: match[1] === undefined };
    if (match[3]) frame.module = match[3];
    return frame;
  }
  const inline = inlinePattern.exec(text);
  return inline ? { function: plainFunction(inline[1]!), reliable: true } : undefined;
}

/** The function of a `RIP:`, `IP:` or `pc :` line. */
export function parsePointer(text: string): string | undefined {
  const match = pointerPattern.exec(text) ?? armPointerPattern.exec(text);
  return match ? plainFunction(match[1]!) : undefined;
}

/** `run_request [test_kmod]`, or `do_init_module` for a function of the kernel itself. */
export function frameName(frame: StackFrame): string {
  return frame.module ? `${frame.function} [${frame.module}]` : frame.function;
}
