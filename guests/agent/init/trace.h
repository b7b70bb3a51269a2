/* SPDX-License-Identifier: MIT */
/*
 * The kernel's tracer, which the command line of a traced guest starts with
 * the events of harness/measurement/trace/trace-points.ts.
 */
#ifndef AGENT_TRACE_H
#define AGENT_TRACE_H

#include "channel/frame.h"

/* Mounts tracefs and keeps the opening of files that matter out of the many others. */
void trace_prepare(struct channel *ch);

/* Writes a mark between the events: @moment begins here. */
void trace_mark(const char *moment);

/* Ends tracing and sends everything that the tracer kept. */
void trace_send(struct channel *ch);

#endif
