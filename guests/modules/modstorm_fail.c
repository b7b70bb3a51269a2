// SPDX-License-Identifier: GPL-2.0
/*
 * A module whose init takes a given time and then fails with a given error. It
 * reproduces the burst of failing loads when every CPU requests a driver that
 * another driver has superseded.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>

static int error = -ENODEV;
module_param(error, int, 0444);
MODULE_PARM_DESC(error, "What init returns: 0, or a negative errno down to -4095");

static unsigned int delay_ms;
module_param(delay_ms, uint, 0444);
MODULE_PARM_DESC(delay_ms, "How long init sleeps before it returns");

static int __init modstorm_fail_init(void)
{
	if (error > 0 || error < -MAX_ERRNO)
		return -EINVAL;
	if (delay_ms)
		msleep(delay_ms);
	return error;
}
module_init(modstorm_fail_init);

static void __exit modstorm_fail_exit(void)
{
}
module_exit(modstorm_fail_exit);

MODULE_DESCRIPTION("init that fails on request");
MODULE_LICENSE("GPL");
