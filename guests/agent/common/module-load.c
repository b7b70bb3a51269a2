// SPDX-License-Identifier: MIT
#include <errno.h>
#include <linux/module.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/complain.h"
#include "common/module-copy.h"
#include "common/module-load.h"

bool module_call_choose(enum module_call *call, const struct module_file *file,
			bool kernel_decompresses, bool finit)
{
	*call = CALL_FINIT;
	if (!file->algorithm && kernel_decompresses)
		return complain(
			"the module is not compressed: there is nothing for the kernel to decompress");
	if (!file->algorithm)
		return true;
	if (kernel_decompresses) {
		*call = CALL_FINIT_COMPRESSED;
		return module_kernel_decompresses(file);
	}
	if (!finit)
		*call = CALL_INIT;
	return true;
}

bool module_call_open(enum module_call call, const struct module_file *file, int *fds,
		      unsigned int count, bool own_inode)
{
	if (call == CALL_INIT)
		return true;
	if (call == CALL_FINIT_COMPRESSED)
		return module_copies_open(fds, count, own_inode, file->stored, file->stored_len);
	return module_copies_open(fds, count, own_inode, file->plain, file->plain_len);
}

int module_load(enum module_call call, int fd, const void *image, size_t length,
		const char *arguments)
{
	long failed;

	if (call == CALL_INIT)
		failed = syscall(SYS_init_module, image, length, arguments);
	else
		failed = syscall(SYS_finit_module, fd, arguments,
				 call == CALL_FINIT_COMPRESSED ? MODULE_INIT_COMPRESSED_FILE : 0);
	return failed ? -errno : 0;
}
