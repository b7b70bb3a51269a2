/** Who asked for a module. */
export type Requester =
  /** request_module() of the kernel: what it asked for, and the functions that did, from the caller outward. */
  | { kind: 'kernel'; name: string; chain: string[] }
  /** systemd-udevd, for the modalias of a device. */
  | { kind: 'udev'; device?: string }
  /** Another program: the process and its ancestors below PID 1, the nearest first. */
  | { kind: 'program'; chain: string[] };
