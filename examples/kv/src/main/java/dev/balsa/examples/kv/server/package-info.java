// SPDX-License-Identifier: Apache-2.0

/** The member as a process: its flags, the services on its client port, and what joins the two. */
package dev.balsa.examples.kv.server;
