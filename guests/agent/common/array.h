/* SPDX-License-Identifier: MIT */
#ifndef AGENT_ARRAY_H
#define AGENT_ARRAY_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
