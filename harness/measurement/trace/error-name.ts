/** The names of include/uapi/asm-generic/errno-base.h, from 1 on. */
const base = [
  ...[
    'EPERM',
    'ENOENT',
    'ESRCH',
    'EINTR',
    'EIO',
    'ENXIO',
    'E2BIG',
    'ENOEXEC',
    'EBADF',
    'ECHILD',
    'EAGAIN',
    'ENOMEM',
  ],
  ...[
    'EACCES',
    'EFAULT',
    'ENOTBLK',
    'EBUSY',
    'EEXIST',
    'EXDEV',
    'ENODEV',
    'ENOTDIR',
    'EISDIR',
    'EINVAL',
    'ENFILE',
  ],
  ...[
    'EMFILE',
    'ENOTTY',
    'ETXTBSY',
    'EFBIG',
    'ENOSPC',
    'ESPIPE',
    'EROFS',
    'EMLINK',
    'EPIPE',
    'EDOM',
    'ERANGE',
  ],
] as const;

/** Others that a load of a module returns: errno.h, and linux/errno.h for those that only the kernel uses. */
const others: Readonly<Record<number, string>> = {
  36: 'ENAMETOOLONG',
  38: 'ENOSYS',
  61: 'ENODATA',
  71: 'EPROTO',
  74: 'EBADMSG',
  75: 'EOVERFLOW',
  84: 'EILSEQ',
  95: 'EOPNOTSUPP',
  97: 'EAFNOSUPPORT',
  110: 'ETIMEDOUT',
  114: 'EALREADY',
  126: 'ENOKEY',
  127: 'EKEYEXPIRED',
  128: 'EKEYREVOKED',
  129: 'EKEYREJECTED',
  517: 'EPROBE_DEFER',
  524: 'ENOTSUPP',
};

/** The name of an error on the architectures that share the numbers, among them x86, arm and riscv: `EEXIST` for 17. */
export function errorName(number: number): string {
  return base[number - 1] ?? others[number] ?? `errno ${number}`;
}
