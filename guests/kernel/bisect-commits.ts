/** A change of one file in a commit. */
export interface Change {
  subject: string;
  path: string;
  /** A text in the file, and its replacement. */
  from: string;
  to: string;
}

/** The commits after which the side branch leaves the main line, and after which it is merged; counted from the base. */
export const forkAfter = 3;
export const mergeAfter = 6;

/**
 * The commits of the main line on top of Linux 6.12, oldest first; `culprit` stands for one of `culprits`. Half of them change no
 * code, or files unrelated to the loader. Chosen so that a search encounters everything that it must handle.
 */
export const mainline: readonly (Change | 'culprit')[] = [
  {
    subject: 'README: say where the list is',
    path: 'README',
    from: 'Linux kernel\n',
    to: 'Linux kernel (linux-kernel@vger.kernel.org)\n',
  },
  {
    subject: 'params: mend the English of a message',
    path: 'kernel/params.c',
    from: '%s: string parameter too long',
    to: '%s: the string parameter is too long',
  },
  {
    subject: 'lib: say what argv_split() is for',
    path: 'lib/argv_split.c',
    from: 'EXPORT_SYMBOL(argv_split);',
    to: 'EXPORT_SYMBOL(argv_split); /* usermode helpers */',
  },
  {
    subject: 'module: name the module that is there',
    path: 'kernel/module/sysfs.c',
    from: '%s: module is already loaded',
    to: '%s: this module is already loaded',
  },
  {
    subject: 'reboot: mend the English of a message',
    path: 'kernel/reboot.c',
    from: 'Failed to start orderly reboot: forcing the issue',
    to: 'Failed to start an orderly reboot: forcing the issue',
  },
  {
    subject: 'module: begin a message in lower case',
    path: 'kernel/module/main.c',
    from: 'Module %s is blacklisted',
    to: 'module %s is blacklisted',
  },
  {
    subject: 'CREDITS: thank those who bisect',
    path: 'CREDITS',
    from: 'S: Finland\n',
    to: 'S: Finland, and elsewhere\n',
  },
  'culprit',
  {
    subject: 'module: say who waits for modprobe',
    path: 'kernel/module/kmod.c',
    from: 'request_module: modprobe %s cannot be processed',
    to: 'request_module: modprobe of %s cannot be processed',
  },
  {
    subject: 'init: refuse to run init',
    path: 'init/main.c',
    from: 'pr_info("Run %s as init process\\n", init_filename);',
    to: 'panic("%s is not run\\n", init_filename);',
  },
  {
    subject: 'module: forget a semicolon',
    path: 'kernel/module/sysfs.c',
    from: 'pr_err("%s: module sysfs not initialized\\n", mod->name);',
    to: 'pr_err("%s: module sysfs not initialized\\n", mod->name)',
  },
  {
    subject: 'module: remember the semicolon',
    path: 'kernel/module/sysfs.c',
    from: 'pr_err("%s: module sysfs not initialized\\n", mod->name)',
    to: 'pr_err("%s: module sysfs not initialized\\n", mod->name);',
  },
  {
    subject: 'init: run init again',
    path: 'init/main.c',
    from: 'panic("%s is not run\\n", init_filename);',
    to: 'pr_info("Run %s as init process\\n", init_filename);',
  },
  {
    subject: 'module: mend the English of a message',
    path: 'kernel/module/main.c',
    from: '%s: gave up waiting for init of module %s.',
    to: '%s: gave up waiting for the init of module %s.',
  },
  {
    subject: 'params: mend the English of another message',
    path: 'kernel/params.c',
    from: '%s: needs at least %i arguments',
    to: '%s: at least %i arguments are needed',
  },
];

/** The commits of the side branch, oldest first. */
export const sideline: readonly Change[] = [
  {
    subject: 'MAINTAINERS: keep a list tidy',
    path: 'MAINTAINERS',
    from: 'List of maintainers\n',
    to: 'List of the maintainers\n',
  },
  {
    subject: 'kobject: mend the English of a message',
    path: 'lib/kobject_uevent.c',
    from: '%s: insufficient buffer space',
    to: '%s: not enough buffer space',
  },
];

const loaderFile = 'kernel/module/main.c';
const merges = 'if (!idempotent(&idem, file_inode(f))) {';

/** The commits that reintroduce duplicate loads, by branch: in every boot, or in three of ten boots. */
export const culprits = {
  always: {
    subject: 'module: take every load for one of its own',
    path: loaderFile,
    from: merges,
    to: 'if (!idempotent(&idem, &idem)) {',
  },
  sometimes: {
    subject: 'module: take some loads for ones of their own',
    path: loaderFile,
    from: merges,
    to: `static int merging;

	/* Decided once a boot: 1 merges, 2 does not. */
	if (!merging)
		cmpxchg(&merging, 0, get_random_u32_below(10) < 3 ? 2 : 1);
	if (!idempotent(&idem, merging == 2 ? (void *)&idem : (void *)file_inode(f))) {`,
  },
} as const satisfies Record<string, Change>;
