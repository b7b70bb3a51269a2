import type { ModuleRequest } from './module-requests.ts';
import type { Requester } from './requester.ts';

/** A task of the traced machine. Threads are tasks of their own. */
interface Task {
  name: string;
  parent?: number;
  /** Process that it is a thread of, if known. */
  process?: number;
  /** What the kernel asked for, if it is the modprobe of a request_module(). */
  request?: ModuleRequest;
  /** Device whose files it opened last. */
  device?: string;
}

/** A hostile trace could invent any number of tasks. */
const taskLimit = 1_000_000;
const ancestorLimit = 32;
/** How systemd-udevd and its workers were and are called. */
const udevNames = /^\(?(?:systemd-udevd|udev-worker|udevd|eudevd)\)?$/;

/** The tasks of a machine: who started whom, as what, and which files they have open. */
export class ProcessTree {
  readonly #tasks = new Map<number, Task>();
  readonly #files = new Map<number, Map<number, string>>();

  /** The task of an event, which may be the first that is seen of it. */
  see(pid: number, name: string, process: number | undefined): void {
    const task = this.#task(pid, name);
    if (process !== undefined) task.process = process;
    // A worker of udev names itself; the kernel may have forgotten the name.
    if (udevNames.test(name)) task.name = name;
  }

  fork(parent: number, child: number, name: string): void {
    this.#files.delete(child);
    this.#tasks.delete(child);
    this.#task(child, name).parent = parent;
  }

  exec(pid: number, program: string): void {
    this.#task(pid, program).name = program.slice(program.lastIndexOf('/') + 1).slice(0, 64) || program;
  }

  /** A file was opened; a device is remembered as the one that the task works on. */
  open(pid: number, descriptor: number, path: string): void {
    const device = deviceOf(path);
    if (device !== undefined) this.#task(pid, '').device = device;
    const owner = this.#owner(pid);
    const files = this.#files.get(owner) ?? new Map<number, string>();
    files.set(descriptor, path);
    this.#files.set(owner, files);
  }

  /** The path behind a descriptor, which a process inherits from its parent. */
  pathOf(pid: number, descriptor: number): string | undefined {
    for (const ancestor of [pid, ...this.#ancestors(pid)]) {
      const path = this.#files.get(this.#owner(ancestor))?.get(descriptor);
      if (path !== undefined) return path;
    }
    return undefined;
  }

  /** The task is the helper that the kernel started for a request. */
  help(pid: number, request: ModuleRequest | undefined): void {
    if (request) this.#task(pid, '').request = request;
  }

  /** Who asked for what this task loads. */
  requesterOf(pid: number): Requester {
    const line = [pid, ...this.#ancestors(pid)].flatMap(one => this.#tasks.get(one) ?? []);
    const request = line.find(task => task.request)?.request;
    if (request) return { kind: 'kernel', name: request.name, chain: request.chain };
    const device = line.find(task => task.device !== undefined)?.device;
    if (line.some(({ name }) => udevNames.test(name)))
      return { kind: 'udev', ...(device !== undefined && { device }) };
    return { kind: 'program', chain: distinct(line.map(({ name }) => name)) };
  }

  #task(pid: number, name: string): Task {
    const known = this.#tasks.get(pid);
    if (known) {
      if (known.name === '' || known.name === '<...>') known.name = name || known.name;
      return known;
    }
    const task: Task = { name };
    if (this.#tasks.size < taskLimit) this.#tasks.set(pid, task);
    return task;
  }

  #owner(pid: number): number {
    return this.#tasks.get(pid)?.process ?? pid;
  }

  /** From the parent up to the child of PID 1 or of the kernel's thread daemon. */
  #ancestors(pid: number): number[] {
    const found: number[] = [];
    let next = this.#tasks.get(pid)?.parent;
    while (next !== undefined && next > 2 && found.length < ancestorLimit && !found.includes(next)) {
      found.push(next);
      next = this.#tasks.get(next)?.parent;
    }
    return found;
  }
}

/** `/sys/devices/system/cpu/cpu3/uevent` and `/run/udev/data/+cpu:cpu3` both name a device. */
function deviceOf(path: string): string | undefined {
  const sysfs = /^\/sys\/devices\/(.+)\/[^/]+$/.exec(path);
  if (sysfs) return sysfs[1];
  const data = /^\/run\/udev\/data\/(?:\.#)?\+([^:]+):([^/]+?)(?:[0-9a-f]{16})?$/.exec(path);
  return data ? `${data[1]}/${data[2]}` : undefined;
}

/** Threads and forks carry the name of their parent, which says nothing twice. */
function distinct(names: readonly string[]): string[] {
  return names.filter((name, index) => name !== '' && name !== names[index - 1]);
}
