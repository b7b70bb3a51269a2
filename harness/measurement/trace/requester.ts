/** Who asked for a module. */
export type Requester =
  /** request_module() of the kernel: what it asked for, and the functions that did, from the caller outward. */
  | { kind: 'kernel'; name: string; chain: string[] }
  /** systemd-udevd, for the modalias of a device. */
  | { kind: 'udev'; device?: string }
  /** Another program: the process and its ancestors below PID 1, the nearest first. */
  | { kind: 'program'; chain: string[] };

/** In one line: `udev system/cpu/cpu3`, `kernel net-pf-38 by __sock_create`, `modprobe < sh`. */
export function requesterName(requester: Requester): string {
  switch (requester.kind) {
    case 'udev':
      return requester.device === undefined ? 'udev' : `udev ${requester.device}`;
    case 'kernel':
      return `kernel ${requester.name} by ${requester.chain[0] ?? 'unknown'}`;
    case 'program':
      return requester.chain.join(' < ') || 'unknown';
  }
}
